package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// removedApis tells which of Kubernetes' own types are gone since which version, and what took their place.
//
//	input:  {"op":"removedApis"}
//	output: {"extensions/v1beta1 Ingress":{"removed":"1.22","deprecated":"1.14","replacement":"networking.k8s.io/v1"}, ...}
func removedApis([]byte) (any, error) {
	found := map[string]map[string]string{}
	for kind := range scheme.Scheme.AllKnownTypes() {
		object, err := scheme.Scheme.New(kind)
		if err != nil {
			return nil, err
		}
		removed, ok := object.(interface{ APILifecycleRemoved() (int, int) })
		if !ok {
			continue
		}
		major, minor := removed.APILifecycleRemoved()
		entry := map[string]string{"removed": fmt.Sprintf("%d.%d", major, minor)}
		if deprecated, ok := object.(interface{ APILifecycleDeprecated() (int, int) }); ok {
			major, minor := deprecated.APILifecycleDeprecated()
			entry["deprecated"] = fmt.Sprintf("%d.%d", major, minor)
		}
		if replaced, ok := object.(interface {
			APILifecycleReplacement() schema.GroupVersionKind
		}); ok {
			entry["replacement"] = replaced.APILifecycleReplacement().GroupVersion().String()
		}
		found[kind.GroupVersion().String()+" "+kind.Kind] = entry
	}
	return found, nil
}

func init() { ops["removedApis"] = removedApis }
