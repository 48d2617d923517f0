//go:build improved

package text

import "strconv"

// Label names a shard of a table.
func Label(table string, shard int) string {
	return table + "-" + strconv.Itoa(shard)
}

// Title joins the parts of a title. It gained a clean-up of each part, and with it work.
func Title(parts []string) string {
	clean := make([]string, 0, len(parts))
	for _, part := range parts {
		clean = append(clean, string(append([]byte(nil), part...)))
	}
	return ConcatBuilder(clean)
}
