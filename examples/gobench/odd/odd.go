// Package odd holds benchmarks whose output is unusual, for readers of such output to be tried on.
// They need -tags odd, and the one that panics -tags odd,oddpanic.
package odd

// Sum adds numbers.
func Sum(numbers []int) int {
	sum := 0
	for _, number := range numbers {
		sum += number
	}
	return sum
}
