//go:build odd

package odd

import (
	"fmt"
	"testing"
)

var (
	sink    int
	numbers = make([]int, 1000)
)

func sum(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sink = Sum(numbers)
	}
}

func BenchmarkBefore(b *testing.B) { sum(b) }

func BenchmarkLogs(b *testing.B) {
	b.Logf("b.N is %d", b.N)
	sum(b)
}

func BenchmarkPrints(b *testing.B) {
	fmt.Printf("N=%d\n", b.N)
	sum(b)
}

func BenchmarkPrintsWithoutNewline(b *testing.B) {
	fmt.Printf("<%d>", b.N)
	sum(b)
}

func BenchmarkSkips(b *testing.B) {
	b.Skip("not on this machine")
}

func BenchmarkFails(b *testing.B) {
	sum(b)
	b.Error("the sum is wrong")
}

func BenchmarkFatal(b *testing.B) {
	b.Fatal("no numbers")
}

func BenchmarkNames(b *testing.B) {
	b.Run("größe=1", sum)
	b.Run("with blank", sum)
	b.Run(`quoted="yes"`, sum)
	b.Run("한국어/deep", sum)
	b.Run("neg=-1", sum)
}

func BenchmarkAfter(b *testing.B) { sum(b) }
