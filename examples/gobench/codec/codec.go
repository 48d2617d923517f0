// Package codec writes records as JSON.
package codec

import (
	"bytes"
	"encoding/json"
	"sync"
)

// User is what is written.
type User struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// Marshal writes a user into memory of its own.
func Marshal(user *User) ([]byte, error) { return json.Marshal(user) }

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// WithBuffer writes a user into a buffer that others have used before, and lends it to use.
func WithBuffer(user *User, use func([]byte)) error {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if err := json.NewEncoder(buffer).Encode(user); err != nil {
		return err
	}
	use(buffer.Bytes())
	return nil
}
