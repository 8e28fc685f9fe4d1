package main

import (
	"encoding/json"
	"strings"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// prometheus parses metrics in the text format with the parser of Prometheus' own library.
//
//	input:  {"op":"prometheus","text":"# TYPE up gauge\nup{job=\"a\"} 1\n"}
//	output: {"series":[{"name":"up","type":"GAUGE","labels":{"job":"a"},"value":1}]} or {"error":"..."}
//
// Series stand in the order of the text within a family; families are not ordered.
func prometheus(line []byte) (any, error) {
	var request struct {
		Text string `json:"text"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(request.Text))
	if err != nil {
		return nil, err
	}
	type sample struct {
		Name   string            `json:"name"`
		Type   string            `json:"type"`
		Labels map[string]string `json:"labels"`
		Value  float64           `json:"value"`
	}
	series := []sample{}
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			labels := map[string]string{}
			for _, pair := range metric.GetLabel() {
				labels[pair.GetName()] = pair.GetValue()
			}
			series = append(series, sample{name, family.GetType().String(), labels, metric.GetGauge().GetValue()})
		}
	}
	return map[string]any{"series": series}, nil
}

func init() { ops["prometheus"] = prometheus }
