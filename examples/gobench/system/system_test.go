package system

import (
	"bytes"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
)

func lines(n int) [][]byte {
	lines := make([][]byte, n)
	for i := range lines {
		lines[i] = []byte("a line of a log\n")
	}
	return lines
}

func TestWaysAgree(t *testing.T) {
	var plain, buffered bytes.Buffer
	if WriteLines(&plain, lines(50)) != nil || WriteBuffered(&buffered, lines(50)) != nil {
		t.Fatal("a buffer cannot be written to")
	}
	if plain.String() != buffered.String() {
		t.Error("the texts differ")
	}
	var sum atomic.Int64
	Each(100, 3, func(i int) { sum.Add(int64(i)) })
	if sum.Load() != 4950 {
		t.Errorf("got %d", sum.Load())
	}
}

func BenchmarkWrite(b *testing.B) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Skip("no null device")
	}
	defer null.Close()
	input := lines(100)
	b.Run("buffer=no", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			_ = WriteLines(null, input)
		}
	})
	b.Run("buffer=yes", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			_ = WriteBuffered(null, input)
		}
	})
}

var spinSink atomic.Int64

func spin(seed int) {
	x := uint32(seed)
	for i := 0; i < 500; i++ {
		x = x*1664525 + 1013904223
	}
	spinSink.Store(int64(x))
}

func BenchmarkEach(b *testing.B) {
	for _, limit := range []int{1, 4, 64} {
		b.Run(fmt.Sprintf("limit=%d", limit), func(b *testing.B) {
			for i := 0; i < b.N; i++ {
				Each(64, limit, spin)
			}
		})
	}
}
