// Package collect fills and walks slices.
package collect

// Fill appends n numbers to a slice that starts empty, so that it grows again and again.
func Fill(n int) []int {
	var numbers []int
	for i := 0; i < n; i++ {
		numbers = append(numbers, i)
	}
	return numbers
}

// FillSized appends n numbers to a slice that has room for them.
func FillSized(n int) []int {
	numbers := make([]int, 0, n)
	for i := 0; i < n; i++ {
		numbers = append(numbers, i)
	}
	return numbers
}

// Record is too big to copy lightly.
type Record struct {
	ID      int
	Payload [1024]byte
}

// SumByValue copies each record to look at one field.
func SumByValue(records []Record) int {
	sum := 0
	for _, record := range records {
		sum += record.ID + int(record.Payload[record.ID&1023])
	}
	return sum
}

// SumByIndex looks at the records where they are.
func SumByIndex(records []Record) int {
	sum := 0
	for i := range records {
		sum += records[i].ID + int(records[i].Payload[records[i].ID&1023])
	}
	return sum
}
