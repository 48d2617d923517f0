// Package system writes to the operating system and runs work side by side.
package system

import (
	"bufio"
	"io"
	"sync"
)

// WriteLines hands each line to w on its own.
func WriteLines(w io.Writer, lines [][]byte) error {
	for _, line := range lines {
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// WriteBuffered hands the lines to w in large pieces.
func WriteBuffered(w io.Writer, lines [][]byte) error {
	buffered := bufio.NewWriter(w)
	if err := WriteLines(buffered, lines); err != nil {
		return err
	}
	return buffered.Flush()
}

// Each runs work for the numbers below n, at most limit of them at a time.
func Each(n, limit int, work func(int)) {
	var wait sync.WaitGroup
	tickets := make(chan struct{}, limit)
	for i := 0; i < n; i++ {
		wait.Add(1)
		tickets <- struct{}{}
		go func() {
			defer wait.Done()
			work(i)
			<-tickets
		}()
	}
	wait.Wait()
}
