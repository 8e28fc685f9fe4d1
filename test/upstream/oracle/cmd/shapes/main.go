// Shapes prints src/kube/shapes.generated.ts: the fields of Kubernetes' API types with their JSON types, as reflection over
// k8s.io/api finds them. From this folder's module: go run ./cmd/shapes > ../../../src/kube/shapes.generated.ts
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"reflect"
	"sort"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1beta1 "k8s.io/api/networking/v1beta1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Types that decode themselves.
var own = map[reflect.Type]string{
	reflect.TypeFor[resource.Quantity]():    "q",
	reflect.TypeFor[intstr.IntOrString]():   "o",
	reflect.TypeFor[metav1.Time]():          "t",
	reflect.TypeFor[metav1.MicroTime]():     "u",
	reflect.TypeFor[metav1.FieldsV1]():      "r",
	reflect.TypeFor[runtime.RawExtension](): "r",
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// structs maps the name of a struct to its fields, written "type field field;type field".
var structs = map[string]string{}
var named = map[string]reflect.Type{}

func code(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		return code(t.Elem())
	}
	if c, ok := own[t]; ok {
		return c
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		log.Fatalf("%v decodes itself in a way this program does not know", t)
	}
	switch t.Kind() {
	case reflect.String:
		return "s"
	case reflect.Bool:
		return "b"
	case reflect.Int32:
		return "i"
	case reflect.Int64:
		return "l"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "y"
		}
		return "[" + item(t)
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			log.Fatalf("%v: keys are not strings", t)
		}
		return "{" + item(t)
	case reflect.Struct:
		return describe(t)
	}
	log.Fatalf("no code for %v", t)
	return ""
}

// item refuses pointers: a null item would stay null, and readers of the table expect the zero value.
func item(t reflect.Type) string {
	if t.Elem().Kind() == reflect.Pointer {
		log.Fatalf("%v: items are pointers", t)
	}
	return code(t.Elem())
}

func describe(t reflect.Type) string {
	name := t.Name()
	if other, taken := named[name]; taken && other != t {
		// Older API versions have types of the same name.
		parts := strings.Split(t.PkgPath(), "/")
		version := parts[len(parts)-1]
		group := parts[len(parts)-2]
		name += strings.ToUpper(group[:1]) + group[1:] + strings.ToUpper(version[:1]) + version[1:]
	}
	if _, done := named[name]; done {
		return name
	}
	named[name] = t
	byType := map[string][]string{}
	collect(t, byType)
	types := make([]string, 0, len(byType))
	for c := range byType {
		types = append(types, c)
	}
	sort.Strings(types)
	groups := make([]string, 0, len(types))
	for _, c := range types {
		groups = append(groups, c+" "+strings.Join(byType[c], " "))
	}
	structs[name] = strings.Join(groups, ";")
	return name
}

func collect(t reflect.Type, byType map[string][]string) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" || (!field.IsExported() && !field.Anonymous) {
			continue
		}
		if strings.Contains(","+options+",", ",string,") {
			log.Fatalf("%v.%s: numbers in strings are not supported", t, field.Name)
		}
		if name == "" && field.Anonymous {
			embedded := field.Type
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			collect(embedded, byType)
			continue
		}
		if name == "" {
			name = field.Name
		}
		c := code(field.Type)
		byType[c] = append(byType[c], name)
	}
}

func main() {
	scheme := runtime.NewScheme()
	groups := []struct {
		version schema.GroupVersion
		add     func(*runtime.Scheme) error
	}{
		{corev1.SchemeGroupVersion, corev1.AddToScheme},
		{appsv1.SchemeGroupVersion, appsv1.AddToScheme},
		{batchv1.SchemeGroupVersion, batchv1.AddToScheme},
		{networkingv1.SchemeGroupVersion, networkingv1.AddToScheme},
		{rbacv1.SchemeGroupVersion, rbacv1.AddToScheme},
		{policyv1.SchemeGroupVersion, policyv1.AddToScheme},
		{admissionregistrationv1.SchemeGroupVersion, admissionregistrationv1.AddToScheme},
	}
	roots := map[string]string{}
	for _, group := range groups {
		if err := group.add(scheme); err != nil {
			log.Fatal(err)
		}
		types := scheme.KnownTypes(group.version)
		kinds := make([]string, 0, len(types))
		for kind := range types {
			kinds = append(kinds, kind)
		}
		sort.Strings(kinds)
		for _, kind := range kinds {
			if _, isObject := types[kind].FieldByName("ObjectMeta"); isObject {
				roots[group.version.Group+"/"+kind] = code(types[kind])
			}
		}
	}
	// Where an older version has the shape of v1 the group alone decides; Ingress is the one kind that differs.
	for _, kind := range []string{"Deployment", "DaemonSet", "ReplicaSet"} {
		roots["extensions/"+kind] = roots["apps/"+kind]
	}
	roots["extensions/NetworkPolicy"] = roots["networking.k8s.io/NetworkPolicy"]
	roots["networking.k8s.io/v1beta1/Ingress"] = code(reflect.TypeFor[networkingv1beta1.Ingress]())
	roots["extensions/Ingress"] = code(reflect.TypeFor[extensionsv1beta1.Ingress]())
	// Objects of any other kind: apiVersion, kind and metadata only.
	roots["*"] = code(reflect.TypeFor[metav1.PartialObjectMetadata]())

	fmt.Println("// Generated from Kubernetes' Go types (k8s.io/api v0.37.1). Do not edit. To regenerate, in test/upstream/oracle:")
	fmt.Println("// go run ./cmd/shapes > ../../../src/kube/shapes.generated.ts && npx oxfmt ../../../src/kube/shapes.generated.ts")
	fmt.Println()
	fmt.Println("/**")
	fmt.Println(" * Fields of each struct by type: `type field field;type field`. Types: s string, b boolean, i int32, l int64, q quantity,")
	fmt.Println(" * o int32 or string, y base64, t time, u time with microseconds, r anything; `[` list of, `{` map of.")
	fmt.Println(" */")
	printTable("structs", structs)
	fmt.Println()
	fmt.Println("/** The struct of each kind, by `group/Kind`, or `group/version/Kind` where a version has another shape; `*` is any other kind. */")
	printTable("roots", roots)
}

func printTable(name string, table map[string]string) {
	keys := make([]string, 0, len(table))
	for key := range table {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	fmt.Printf("export const %s: Readonly<Record<string, string>> = {\n", name)
	for _, key := range keys {
		fmt.Printf("  '%s': '%s',\n", key, table[key])
	}
	fmt.Println("};")
}
