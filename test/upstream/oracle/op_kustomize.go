package main

import (
	"encoding/json"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func init() { ops["kustomize"] = opKustomize }

// opKustomize reads {"files": {path: text}, "root": folder} and answers {"objects": [JSON text]}: what `kubectl kustomize
// ROOT` builds, with its default restrictions on what may be loaded from where.
func opKustomize(input []byte) (any, error) {
	var request struct {
		Files map[string]string `json:"files"`
		Root  string            `json:"root"`
	}
	if err := json.Unmarshal(input, &request); err != nil {
		return nil, err
	}
	fs := filesys.MakeFsInMemory()
	for path, text := range request.Files {
		if err := fs.WriteFile(path, []byte(text)); err != nil {
			return nil, err
		}
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fs, request.Root)
	if err != nil {
		return nil, err
	}
	objects := []string{}
	for _, resource := range built.Resources() {
		text, err := resource.MarshalJSON()
		if err != nil {
			return nil, err
		}
		objects = append(objects, string(text))
	}
	return map[string]any{"objects": objects}, nil
}
