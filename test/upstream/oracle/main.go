// The oracle answers with Kubernetes' own code. Every line of standard input is a JSON object that names an operation,
// {"op":"podSecurity", ...}; every line gets exactly one line of JSON as its answer, in the same order. An operation that
// refuses its input answers {"error":"..."}. Each operation stands in its own op_*.go, which describes its input and output.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// ops holds the operations by name; every op_*.go adds its own in init.
var ops = map[string]func(line []byte) (any, error){}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			out.Write(answer(line))
			out.WriteByte('\n')
		}
		// Nothing more has arrived: whoever asks may be waiting for what is answered so far.
		if in.Buffered() == 0 {
			out.Flush()
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func answer(line []byte) (encoded []byte) {
	defer func() {
		if panicked := recover(); panicked != nil {
			encoded = refusal(fmt.Errorf("panic: %v", panicked))
		}
	}()
	var request struct {
		Op string `json:"op"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return refusal(err)
	}
	op, known := ops[request.Op]
	if !known {
		return refusal(fmt.Errorf("unknown operation %q", request.Op))
	}
	result, err := op(line)
	if err != nil {
		return refusal(err)
	}
	encoded, err = json.Marshal(result)
	if err != nil {
		return refusal(err)
	}
	return encoded
}

func refusal(err error) []byte {
	encoded, _ := json.Marshal(map[string]string{"error": err.Error()})
	return encoded
}
