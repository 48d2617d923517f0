package collect

import (
	"fmt"
	"slices"
	"testing"
)

var (
	intsSink []int
	intSink  int
)

func TestWaysAgree(t *testing.T) {
	if !slices.Equal(Fill(100), FillSized(100)) {
		t.Error("the slices differ")
	}
	records := make([]Record, 10)
	for i := range records {
		records[i].ID = i
	}
	if SumByValue(records) != 45 || SumByIndex(records) != 45 {
		t.Error("the sums are wrong")
	}
	index := NewIndex([]int{5, 3, 5})
	if index.Find(5) != 0 || index.Find(3) != 1 || index.Find(4) != -1 {
		t.Error("the index is wrong")
	}
	if got := Squares(4); !slices.Equal(got, []int{0, 1, 4, 9}) {
		t.Errorf("got %v", got)
	}
}

func BenchmarkFill(b *testing.B) {
	for _, n := range []int{100, 10000} {
		b.Run(fmt.Sprintf("capacity=none/n=%d", n), func(b *testing.B) {
			for i := 0; i < b.N; i++ {
				intsSink = Fill(n)
			}
		})
		b.Run(fmt.Sprintf("capacity=sized/n=%d", n), func(b *testing.B) {
			for i := 0; i < b.N; i++ {
				intsSink = FillSized(n)
			}
		})
	}
}

func BenchmarkRange(b *testing.B) {
	records := make([]Record, 200)
	for i := range records {
		records[i].ID = i
	}
	b.Run("by=value", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			intSink = SumByValue(records)
		}
	})
	b.Run("by=index", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			intSink = SumByIndex(records)
		}
	})
}

// A thousand look-ups in a fresh index: the table costs memory and pays it back in time.
func BenchmarkIndex(b *testing.B) {
	numbers := Squares(1000)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		index := NewIndex(numbers)
		found := 0
		for _, number := range numbers {
			found += index.Find(number)
		}
		intSink = found
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "lookups/s")
}

func BenchmarkSquares(b *testing.B) {
	for i := 0; i < b.N; i++ {
		intsSink = Squares(1000)
	}
}
