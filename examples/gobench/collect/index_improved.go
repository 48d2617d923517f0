//go:build improved

package collect

// Index finds numbers in a table made beforehand: time bought with memory.
type Index struct{ places map[int]int }

// NewIndex notes where each number is.
func NewIndex(numbers []int) *Index {
	places := make(map[int]int, len(numbers))
	for place, number := range numbers {
		if _, seen := places[number]; !seen {
			places[number] = place
		}
	}
	return &Index{places}
}

// Find says where a number is, or -1.
func (x *Index) Find(number int) int {
	if place, ok := x.places[number]; ok {
		return place
	}
	return -1
}

// Squares gives the squares of all numbers below n.
func Squares(n int) []int {
	squares := make([]int, n)
	for i := range squares {
		squares[i] = i * i
	}
	return squares
}
