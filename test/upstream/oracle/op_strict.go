package main

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	kjson "sigs.k8s.io/json"
)

// strict decodes an object as the API server does with fieldValidation=Strict, and tells what that complains about.
//
//	input:  {"op":"strict","json":"<text of the object>"}; with "template":true the text is a PodTemplateSpec
//	output: {"known":false} for a kind that has no type here, else {"known":true,"complaints":["unknown field \"spec.x\"",...]},
//	        or {"error":"..."} where it cannot be decoded at all
func strict(line []byte) (any, error) {
	var request struct {
		JSON     string `json:"json"`
		Template bool   `json:"template"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	var into any = &corev1.PodTemplateSpec{}
	if !request.Template {
		var named struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
		}
		if err := json.Unmarshal([]byte(request.JSON), &named); err != nil {
			return nil, err
		}
		version, err := schema.ParseGroupVersion(named.APIVersion)
		if err != nil {
			return nil, err
		}
		typed, err := scheme.Scheme.New(version.WithKind(named.Kind))
		if err != nil {
			return map[string]any{"known": false}, nil
		}
		into = typed
	}
	complaints, err := kjson.UnmarshalStrict([]byte(request.JSON), into)
	if err != nil {
		return nil, err
	}
	texts := make([]string, 0, len(complaints))
	for _, complaint := range complaints {
		texts = append(texts, complaint.Error())
	}
	return map[string]any{"known": true, "complaints": texts}, nil
}

func init() {
	ops["strict"] = strict
}
