package main

import (
	"encoding/json"
	"strconv"

	"k8s.io/apimachinery/pkg/api/resource"
)

// quantity parses a resource quantity.
//
//	input:  {"op":"quantity","value":"100m"}; a JSON number is read as the API server reads one in a manifest
//	output: {"canonical":"100m","decimal":"0.100","value":"1","milli":"100","sign":1} or {"error":"..."}
//
// canonical is the form that the API server stores; decimal is the exact value without suffix or exponent (trailing
// zeros may remain); value and milli are rounded up as the scheduler does, as strings because they may exceed 2^53.
func quantity(line []byte) (any, error) {
	var request struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	var parsed resource.Quantity
	if err := parsed.UnmarshalJSON(request.Value); err != nil {
		return nil, err
	}
	return map[string]any{
		"canonical": parsed.String(),
		"decimal":   parsed.AsDec().String(),
		"value":     strconv.FormatInt(parsed.Value(), 10),
		"milli":     strconv.FormatInt(parsed.MilliValue(), 10),
		"sign":      parsed.Sign(),
	}, nil
}

func init() { ops["quantity"] = quantity }
