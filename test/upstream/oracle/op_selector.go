package main

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// labelSelector matches labels against a metav1.LabelSelector.
//
//	input:  {"op":"labelSelector","selector":{"matchLabels":{...},"matchExpressions":[...]},"labels":{...}}
//	output: {"matches":bool,"canonical":"app=web,tier in (a,b)"} or {"error":"..."} for an invalid selector
//
// A selector of null or absent matches nothing; {} matches everything.
func labelSelector(line []byte) (any, error) {
	var request struct {
		Selector *metav1.LabelSelector `json:"selector"`
		Labels   map[string]string     `json:"labels"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	selector, err := metav1.LabelSelectorAsSelector(request.Selector)
	if err != nil {
		return nil, err
	}
	return map[string]any{"matches": selector.Matches(labels.Set(request.Labels)), "canonical": selector.String()}, nil
}

func init() { ops["labelSelector"] = labelSelector }
