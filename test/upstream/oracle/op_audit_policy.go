package main

import (
	"encoding/json"
	"slices"

	"k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/audit/policy"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

type auditedRequest struct {
	User        string   `json:"user"`
	Groups      []string `json:"groups"`
	Verb        string   `json:"verb"`
	IsResource  bool     `json:"isResource"`
	Group       string   `json:"group"`
	Resource    string   `json:"resource"`
	Subresource string   `json:"subresource"`
	Namespace   string   `json:"namespace"`
	Name        string   `json:"name"`
	Path        string   `json:"path"`
}

type recorded struct {
	Level             audit.Level   `json:"level"`
	OmitStages        []audit.Stage `json:"omitStages"`
	OmitManagedFields bool          `json:"omitManagedFields"`
	// Rule is the index of the first rule that matches, -1 where none does.
	Rule int `json:"rule"`
}

// auditPolicy loads an audit policy as the API server does, and tells what it records of requests.
//
//	input:  {"op":"auditPolicy","policy":"<YAML or JSON>","requests":[{"user":"a","groups":[],"verb":"get","isResource":true,"group":"",
//	        "resource":"pods","subresource":"","namespace":"shop","name":"web","path":""},...]}
//	output: {"recorded":[{"level":"Metadata","omitStages":["RequestReceived"],"omitManagedFields":false,"rule":0},...]}, stages sorted
func auditPolicy(line []byte) (any, error) {
	var request struct {
		Policy   string           `json:"policy"`
		Requests []auditedRequest `json:"requests"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	loaded, err := policy.LoadPolicyFromBytes([]byte(request.Policy))
	if err != nil {
		return nil, err
	}
	answers := make([]recorded, 0, len(request.Requests))
	for _, each := range request.Requests {
		attributes := authorizer.AttributesRecord{
			User:            &user.DefaultInfo{Name: each.User, Groups: each.Groups},
			Verb:            each.Verb,
			Namespace:       each.Namespace,
			APIGroup:        each.Group,
			Resource:        each.Resource,
			Subresource:     each.Subresource,
			Name:            each.Name,
			ResourceRequest: each.IsResource,
			Path:            each.Path,
		}
		config := policy.NewPolicyRuleEvaluator(loaded.DeepCopy()).EvaluatePolicyRule(attributes)
		answer := recorded{config.Level, append([]audit.Stage{}, config.OmitStages...), config.OmitManagedFields, -1}
		slices.Sort(answer.OmitStages)
		for index, rule := range loaded.Rules {
			alone := rule.DeepCopy()
			alone.Level = audit.LevelMetadata
			evaluator := policy.NewPolicyRuleEvaluator(&audit.Policy{Rules: []audit.PolicyRule{*alone}})
			if evaluator.EvaluatePolicyRule(attributes).Level == audit.LevelMetadata {
				answer.Rule = index
				break
			}
		}
		answers = append(answers, answer)
	}
	return map[string]any{"recorded": answers}, nil
}

func init() { ops["auditPolicy"] = auditPolicy }
