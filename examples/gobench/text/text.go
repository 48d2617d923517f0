// Package text builds and converts strings in several ways.
package text

import (
	"fmt"
	"strconv"
	"strings"
)

// FormatInt writes n with strconv.
func FormatInt(n int) string { return strconv.Itoa(n) }

// SprintInt writes n with fmt, which has to find out what it was given.
func SprintInt(n int) string { return fmt.Sprint(n) }

// ConcatPlus joins words with the + operator: each step copies all before it.
func ConcatPlus(words []string) string {
	var joined string
	for _, word := range words {
		joined += word
	}
	return joined
}

// ConcatSprintf joins words with fmt: each step copies and formats.
func ConcatSprintf(words []string) string {
	var joined string
	for _, word := range words {
		joined = fmt.Sprintf("%s%s", joined, word)
	}
	return joined
}

// ConcatBuilder joins words in a buffer that grows now and then.
func ConcatBuilder(words []string) string {
	var builder strings.Builder
	for _, word := range words {
		builder.WriteString(word)
	}
	return builder.String()
}

// CountVowels counts ASCII vowels.
func CountVowels(text []byte) int {
	count := 0
	for _, letter := range text {
		switch letter {
		case 'a', 'e', 'i', 'o', 'u':
			count++
		}
	}
	return count
}
