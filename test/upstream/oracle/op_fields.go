package main

import (
	"encoding/json"
	"reflect"
	"strings"

	"k8s.io/client-go/kubernetes/scheme"
)

type goField struct {
	// Type is the struct of the value, of its items or of the values of the map; empty where they have no fields.
	Type string `json:"type,omitempty"`
	Map  bool   `json:"map,omitempty"`
}

var decodesItself = reflect.TypeFor[json.Unmarshaler]()

// fields tells the fields of all of Kubernetes' own kinds, as their Go types have them.
//
//	input:  {"op":"fields"}
//	output: {"kinds":{"apps/v1 Deployment":"k8s.io/api/apps/v1.Deployment",...},
//	         "types":{"k8s.io/api/apps/v1.Deployment":{"spec":{"type":"k8s.io/api/apps/v1.DeploymentSpec"},...},...}}
func fields([]byte) (any, error) {
	types := map[string]map[string]goField{}
	kinds := map[string]string{}
	for kind, typed := range scheme.Scheme.AllKnownTypes() {
		if kind.Version == "__internal" {
			continue
		}
		kinds[kind.GroupVersion().String()+" "+kind.Kind] = addStruct(typed, types)
	}
	return map[string]any{"kinds": kinds, "types": types}, nil
}

func addStruct(t reflect.Type, types map[string]map[string]goField) string {
	name := t.PkgPath() + "." + t.Name()
	if _, done := types[name]; !done {
		found := map[string]goField{}
		types[name] = found
		addFields(t, found, types)
	}
	return name
}

func addFields(t reflect.Type, found map[string]goField, types map[string]map[string]goField) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" || (!field.IsExported() && !field.Anonymous) {
			continue
		}
		if name == "" && field.Anonymous {
			embedded := field.Type
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			addFields(embedded, found, types)
			continue
		}
		if name == "" {
			name = field.Name
		}
		inner, isMap := field.Type, false
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
			isMap = isMap || inner.Kind() == reflect.Map
			inner = inner.Elem()
		}
		if inner.Kind() != reflect.Struct || reflect.PointerTo(inner).Implements(decodesItself) {
			found[name] = goField{}
			continue
		}
		found[name] = goField{Type: addStruct(inner, types), Map: isMap}
	}
}

func init() { ops["fields"] = fields }
