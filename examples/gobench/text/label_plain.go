//go:build !improved

package text

import "fmt"

// Label names a shard of a table.
func Label(table string, shard int) string {
	return fmt.Sprintf("%s-%d", table, shard)
}

// Title joins the parts of a title.
func Title(parts []string) string { return ConcatBuilder(parts) }
