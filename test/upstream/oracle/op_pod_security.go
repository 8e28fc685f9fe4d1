package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/pod-security-admission/admission"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// podSecurity evaluates one object against policies of the Pod Security Standards.
//
//	input:  {"op":"podSecurity","object":{a Pod or a workload, apiVersion and kind included},
//	         "policies":["baseline:v1.0","restricted:latest", ...]}
//	output: {"results":[{"allowed":bool,"detail":"the message of the refusal",
//	         "violations":[{"check":id,"level":"baseline"|"restricted","reason":...,"detail":...}]}, ...]}, one per policy
//
// The object is decoded as the API server decodes it, without defaulting.
func podSecurity(line []byte) (any, error) {
	var request struct {
		Object   json.RawMessage `json:"object"`
		Policies []string        `json:"policies"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	object, _, err := decoder.Decode(request.Object, nil, nil)
	if err != nil {
		return nil, err
	}
	metadata, spec, err := admission.DefaultPodSpecExtractor{}.ExtractPodSpec(object)
	if err != nil {
		return nil, err
	}
	if spec == nil {
		return nil, fmt.Errorf("the object has no pod template")
	}
	results := make([]any, 0, len(request.Policies))
	for _, name := range request.Policies {
		level, version, err := parsePolicy(name)
		if err != nil {
			return nil, err
		}
		checks := evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, metadata, spec)
		active := activeChecks(level, version)
		if len(active) != len(checks) {
			return nil, fmt.Errorf("%s has %d checks, not the expected %d", name, len(checks), len(active))
		}
		violations := []violation{}
		for i, check := range checks {
			if !check.Allowed {
				violations = append(violations, violation{string(active[i].ID), string(active[i].Level), check.ForbiddenReason, check.ForbiddenDetail})
			}
		}
		aggregate := policy.AggregateCheckResults(checks)
		results = append(results, map[string]any{
			"allowed":    aggregate.Allowed,
			"detail":     aggregate.ForbiddenDetail(),
			"violations": violations,
		})
	}
	return map[string]any{"results": results}, nil
}

type violation struct {
	Check  string `json:"check"`
	Level  string `json:"level"`
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

var (
	decoder   runtime.Decoder
	evaluator policy.Evaluator
)

func init() {
	ops["podSecurity"] = podSecurity
	scheme := runtime.NewScheme()
	utilruntime.Must(corev1.AddToScheme(scheme))
	utilruntime.Must(appsv1.AddToScheme(scheme))
	utilruntime.Must(batchv1.AddToScheme(scheme))
	decoder = serializer.NewCodecFactory(scheme).UniversalDeserializer()
	var err error
	evaluator, err = policy.NewEvaluator(policy.DefaultChecks(), nil)
	utilruntime.Must(err)
}

func parsePolicy(name string) (api.Level, api.Version, error) {
	level, version, _ := strings.Cut(name, ":")
	parsedLevel, err := api.ParseLevel(level)
	if err != nil {
		return "", api.Version{}, err
	}
	parsedVersion, err := api.ParseVersion(version)
	return parsedLevel, parsedVersion, err
}

// activeChecks lists the checks of a policy in the order of their results, which carry no ids of their own.
func activeChecks(level api.Level, version api.Version) []policy.Check {
	overridden := map[policy.CheckID]bool{}
	active := []policy.Check{}
	for _, check := range policy.DefaultChecks() {
		var current *policy.VersionedCheck
		for i := range check.Versions {
			if !version.Older(check.Versions[i].MinimumVersion) {
				current = &check.Versions[i]
			}
		}
		if current == nil || (level == api.LevelBaseline && check.Level == api.LevelRestricted) {
			continue
		}
		active = append(active, check)
		for _, id := range current.OverrideCheckIDs {
			overridden[id] = true
		}
	}
	active = slices.DeleteFunc(active, func(check policy.Check) bool { return overridden[check.ID] })
	slices.SortFunc(active, func(a, b policy.Check) int {
		if order := api.CompareLevels(a.Level, b.Level); order != 0 {
			return order
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return active
}
