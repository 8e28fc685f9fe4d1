package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

func init() { ops["yaml"] = opYAML }

// raw keeps the JSON that a decoder hands over as it is.
type raw struct{ json []byte }

func (r *raw) UnmarshalJSON(data []byte) error {
	r.json = append([]byte(nil), data...)
	return nil
}

type yamlDocument struct {
	// JSON is text: a client's JSON reader might not keep large integers.
	JSON  string `json:"json,omitempty"`
	Error string `json:"error,omitempty"`
}

// readYAML cuts a text as kubectl does and converts every document to JSON.
func readYAML(data []byte) []yamlDocument {
	if !utilyaml.IsJSONBuffer(data) {
		return readYAMLStream(data)
	}
	documents := []yamlDocument{}
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for {
		var into raw
		err := decoder.Decode(&into)
		if errors.Is(err, io.EOF) {
			return documents
		}
		if err != nil {
			// A stream that is JSON for good answers with the same error for ever, one that is neither with this text.
			last := len(documents) - 1
			repeated := last >= 0 && documents[last].Error == err.Error() && !strings.Contains(err.Error(), "yaml: ")
			if repeated || err.Error() == "decoding failed as both JSON and YAML" {
				return documents
			}
			documents = append(documents, yamlDocument{Error: err.Error()})
			continue
		}
		documents = append(documents, normalize(into.json))
	}
}

// normalize writes JSON the way YAMLToJSON does: sorted keys, numbers as Go prints them.
func normalize(text []byte) yamlDocument {
	if text == nil {
		return yamlDocument{JSON: "null"}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	if err == nil {
		value, err = convertNumbers(value)
	}
	if err != nil {
		return yamlDocument{Error: err.Error()}
	}
	converted, err := json.Marshal(value)
	if err != nil {
		return yamlDocument{Error: err.Error()}
	}
	return yamlDocument{JSON: string(converted)}
}

func convertNumbers(value any) (any, error) {
	var err error
	switch typed := value.(type) {
	case map[string]any:
		for key, item := range typed {
			if typed[key], err = convertNumbers(item); err != nil {
				return nil, err
			}
		}
	case []any:
		for i, item := range typed {
			if typed[i], err = convertNumbers(item); err != nil {
				return nil, err
			}
		}
	case json.Number:
		if integer, err := strconv.ParseInt(typed.String(), 10, 64); err == nil {
			return integer, nil
		}
		if integer, err := strconv.ParseUint(typed.String(), 10, 64); err == nil {
			return integer, nil
		}
		float, err := typed.Float64()
		if float == 0 {
			// A negative zero is none to a field of an API object.
			return 0, err
		}
		return float, err
	}
	return value, nil
}

func readYAMLStream(data []byte) []yamlDocument {
	documents := []yamlDocument{}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	for {
		text, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return documents
		}
		var converted []byte
		if err == nil {
			converted, err = yaml.YAMLToJSON(text)
		}
		if err != nil {
			documents = append(documents, yamlDocument{Error: err.Error()})
			continue
		}
		documents = append(documents, normalize(converted))
	}
}

// opYAML reads {"text": base64} and answers {"documents": [...]}.
func opYAML(input []byte) (any, error) {
	var request struct {
		Text string `json:"text"`
	}
	if err := json.Unmarshal(input, &request); err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(request.Text)
	if err != nil {
		return nil, err
	}
	return map[string]any{"documents": readYAML(data)}, nil
}
