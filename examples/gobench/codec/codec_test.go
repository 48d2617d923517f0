package codec

import (
	"bytes"
	"testing"
)

var (
	bytesSink []byte
	anySink   any
)

var gopher = &User{ID: 70000, Name: "gopher", Roles: []string{"reader", "writer", "admin"}}

func TestWaysAgree(t *testing.T) {
	plain, err := Marshal(gopher)
	if err != nil {
		t.Fatal(err)
	}
	err = WithBuffer(gopher, func(pooled []byte) {
		if !bytes.Equal(bytes.TrimSpace(pooled), plain) {
			t.Errorf("got %q and %q", plain, pooled)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if Key(gopher) == Key(&User{ID: 1}) {
		t.Error("different users, one key")
	}
}

func BenchmarkMarshal(b *testing.B) {
	for i := 0; i < b.N; i++ {
		bytesSink, _ = Marshal(gopher)
	}
}

func BenchmarkPooled(b *testing.B) {
	for i := 0; i < b.N; i++ {
		_ = WithBuffer(gopher, func(text []byte) { bytesSink = text })
	}
}

func BenchmarkKey(b *testing.B) {
	for i := 0; i < b.N; i++ {
		anySink = Key(gopher)
	}
}
