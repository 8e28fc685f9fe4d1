package main

import (
	"encoding/json"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	appsv1beta1 "k8s.io/api/apps/v1beta1"
	appsv1beta2 "k8s.io/api/apps/v1beta2"
	batchv1 "k8s.io/api/batch/v1"
	batchv1beta1 "k8s.io/api/batch/v1beta1"
	corev1 "k8s.io/api/core/v1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1beta1 "k8s.io/api/networking/v1beta1"
	policyv1 "k8s.io/api/policy/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	rbacv1 "k8s.io/api/rbac/v1"
	rbacv1beta1 "k8s.io/api/rbac/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "sigs.k8s.io/json"
)

var decodeScheme = runtime.NewScheme()

// decode decodes an object as the API server does, into the type of its apiVersion and kind; of kinds that have no type
// here, the metadata only.
//
//	input:  {"op":"decode","json":"<text of the object>"}; with "template":true the text is a PodTemplateSpec
//	output: {"object":{...}}, the object as it is encoded again, or {"error":"..."}
func decode(line []byte) (any, error) {
	var request struct {
		JSON     string `json:"json"`
		Template bool   `json:"template"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	if request.Template {
		into := &corev1.PodTemplateSpec{}
		if err := kjson.UnmarshalCaseSensitivePreserveInts([]byte(request.JSON), into); err != nil {
			return nil, err
		}
		return map[string]any{"object": into}, nil
	}
	var meta metav1.TypeMeta
	if err := kjson.UnmarshalCaseSensitivePreserveInts([]byte(request.JSON), &meta); err != nil {
		return nil, err
	}
	if meta.Kind == "" {
		return nil, runtime.NewMissingKindErr(request.JSON)
	}
	version, err := schema.ParseGroupVersion(meta.APIVersion)
	if err != nil {
		return nil, err
	}
	if version.Version == "" {
		return nil, runtime.NewMissingVersionErr(request.JSON)
	}
	var into any = &metav1.PartialObjectMetadata{}
	if typed, err := decodeScheme.New(version.WithKind(meta.Kind)); err == nil {
		into = typed
	}
	if err := kjson.UnmarshalCaseSensitivePreserveInts([]byte(request.JSON), into); err != nil {
		return nil, err
	}
	return map[string]any{"object": into}, nil
}

func init() {
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, appsv1.AddToScheme, appsv1beta1.AddToScheme, appsv1beta2.AddToScheme, batchv1.AddToScheme,
		batchv1beta1.AddToScheme, extensionsv1beta1.AddToScheme, networkingv1.AddToScheme, networkingv1beta1.AddToScheme,
		admissionregistrationv1.AddToScheme, policyv1.AddToScheme, policyv1beta1.AddToScheme, rbacv1.AddToScheme, rbacv1beta1.AddToScheme,
	} {
		if err := add(decodeScheme); err != nil {
			panic(err)
		}
	}
	ops["decode"] = decode
}
