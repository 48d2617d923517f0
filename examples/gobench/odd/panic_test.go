//go:build odd && oddpanic

package odd

import "testing"

// Runs last, so that there are results before it.
func BenchmarkPanics(b *testing.B) {
	sum(b)
	var missing []int
	sink = missing[b.N]
}
