//go:build !improved

package codec

// Key identifies a user in a cache.
func Key(user *User) [2]int { return [2]int{user.ID, len(user.Name)} }
