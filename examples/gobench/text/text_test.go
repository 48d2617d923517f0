package text

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

var (
	stringSink string
	bytesSink  []byte
	intSink    int
)

func words(n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = "word"
	}
	return words
}

func TestWaysAgree(t *testing.T) {
	if FormatInt(-42) != SprintInt(-42) {
		t.Error("strconv and fmt differ")
	}
	for _, join := range []func([]string) string{ConcatPlus, ConcatSprintf, ConcatBuilder, Title} {
		if got := join(words(3)); got != "wordwordword" {
			t.Errorf("got %q", got)
		}
	}
	if got := Label("users", 7); got != "users-7" {
		t.Errorf("got %q", got)
	}
	if got := CountVowels([]byte("benchmark")); got != 2 {
		t.Errorf("got %d", got)
	}
}

func BenchmarkStrconv(b *testing.B) {
	for i := 0; i < b.N; i++ {
		stringSink = FormatInt(1000 + i)
	}
}

func BenchmarkFmtSprint(b *testing.B) {
	for i := 0; i < b.N; i++ {
		stringSink = SprintInt(1000 + i)
	}
}

func BenchmarkConcat(b *testing.B) {
	ways := []struct {
		name string
		join func([]string) string
	}{{"plus", ConcatPlus}, {"sprintf", ConcatSprintf}, {"builder", ConcatBuilder}}
	for _, n := range []int{10, 100} {
		input := words(n)
		for _, way := range ways {
			b.Run(fmt.Sprintf("method=%s/n=%d", way.name, n), func(b *testing.B) {
				for i := 0; i < b.N; i++ {
					stringSink = way.join(input)
				}
			})
		}
	}
}

func BenchmarkLabel(b *testing.B) {
	for i := 0; i < b.N; i++ {
		stringSink = Label("users", i&1023)
	}
}

func BenchmarkTitle(b *testing.B) {
	input := words(8)
	for i := 0; i < b.N; i++ {
		stringSink = Title(input)
	}
}

func BenchmarkConvert(b *testing.B) {
	text := strings.Repeat("gopher ", 64)
	raw := []byte(text)
	b.Run("to=bytes", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			bytesSink = []byte(text)
		}
	})
	b.Run("to=string", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			stringSink = string(raw)
		}
	})
}

func BenchmarkCountVowels(b *testing.B) {
	input := bytes.Repeat([]byte("the quick brown fox "), 200)
	b.SetBytes(int64(len(input)))
	for i := 0; i < b.N; i++ {
		intSink = CountVowels(input)
	}
}
