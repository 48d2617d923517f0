//go:build !improved

package collect

// Index finds numbers by a walk through them.
type Index struct{ numbers []int }

// NewIndex keeps the numbers as they are.
func NewIndex(numbers []int) *Index { return &Index{numbers} }

// Find says where a number is, or -1.
func (x *Index) Find(number int) int {
	for place, candidate := range x.numbers {
		if candidate == number {
			return place
		}
	}
	return -1
}

// Squares gives the squares of all numbers below n.
func Squares(n int) []int {
	var squares []int
	for i := 0; i < n; i++ {
		squares = append(squares, i*i)
	}
	return squares
}
