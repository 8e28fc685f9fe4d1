package main

import (
	"encoding/json"

	"k8s.io/pod-security-admission/api"
)

// namespaceLabels reads the labels of a namespace as Pod Security admission does.
//
//	input:  {"op":"namespaceLabels","labels":{...},"defaults":{"enforce":"privileged:latest","audit":...,"warn":...}}
//	output: {"enforce":"restricted:v1.30","audit":"privileged:latest","warn":...,
//	         "errors":["metadata.labels[...]: Invalid value: ...", ...]}
//
// An absent default is privileged:latest.
func namespaceLabels(line []byte) (any, error) {
	var request struct {
		Labels   map[string]string `json:"labels"`
		Defaults map[string]string `json:"defaults"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	var defaults api.Policy
	for mode, target := range map[string]*api.LevelVersion{"enforce": &defaults.Enforce, "audit": &defaults.Audit, "warn": &defaults.Warn} {
		name, given := request.Defaults[mode]
		if !given {
			name = "privileged:latest"
		}
		level, version, err := parsePolicy(name)
		if err != nil {
			return nil, err
		}
		*target = api.LevelVersion{Level: level, Version: version}
	}
	policy, errs := api.PolicyToEvaluate(request.Labels, defaults)
	messages := []string{}
	for _, err := range errs {
		messages = append(messages, err.Error())
	}
	return map[string]any{
		"enforce": policy.Enforce.String(),
		"audit":   policy.Audit.String(),
		"warn":    policy.Warn.String(),
		"errors":  messages,
	}, nil
}

func init() { ops["namespaceLabels"] = namespaceLabels }
