// Answers what the API server says to a change of an object that exists, with its own validation. Every line of standard
// input is {"op":"update","old":{...},"new":{...}}; its answer is {"refused":["spec.selector", ...]}, the fields of all
// errors, or {"error":"..."} where an object cannot be decoded or its kind is not known here. It is a module of its own,
// because k8s.io/kubernetes takes minutes to build.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/rbac"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	rbacvalidation "k8s.io/kubernetes/pkg/apis/rbac/validation"
	"k8s.io/kubernetes/pkg/apis/storage"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
	storagevalidation "k8s.io/kubernetes/pkg/apis/storage/validation"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	out := bufio.NewWriter(os.Stdout)
	for in.Scan() {
		encoded, _ := json.Marshal(answer(in.Bytes()))
		out.Write(encoded)
		out.WriteByte('\n')
		out.Flush()
	}
}

func answer(line []byte) any {
	var request struct{ Old, New json.RawMessage }
	if err := json.Unmarshal(line, &request); err != nil {
		return map[string]string{"error": err.Error()}
	}
	before, err := decode(request.Old)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	after, err := decode(request.New)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	errors, err := validate(after, before)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	refused := []string{}
	for _, each := range errors {
		refused = append(refused, each.Field)
	}
	sort.Strings(refused)
	return map[string]any{"refused": refused}
}

// decode also fills in defaults, as the API server does before it validates.
func decode(text []byte) (runtime.Object, error) {
	object, _, err := legacyscheme.Codecs.UniversalDecoder().Decode(text, nil, nil)
	if err != nil {
		return nil, err
	}
	accessor, err := meta.Accessor(object)
	if err != nil {
		return nil, err
	}
	accessor.SetResourceVersion("1")
	return object, nil
}

func validate(after, before runtime.Object) (field.ErrorList, error) {
	pods := corevalidation.PodValidationOptions{}
	switch now := after.(type) {
	case *core.Pod:
		return corevalidation.ValidatePodUpdate(now, before.(*core.Pod), pods), nil
	case *core.PodTemplate:
		return corevalidation.ValidatePodTemplateUpdate(now, before.(*core.PodTemplate), pods), nil
	case *core.ReplicationController:
		return corevalidation.ValidateReplicationControllerUpdate(now, before.(*core.ReplicationController), pods), nil
	case *core.Service:
		return corevalidation.ValidateServiceUpdate(now, before.(*core.Service)), nil
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccountUpdate(now, before.(*core.ServiceAccount)), nil
	case *core.Secret:
		return corevalidation.ValidateSecretUpdate(now, before.(*core.Secret)), nil
	case *core.ConfigMap:
		return corevalidation.ValidateConfigMapUpdate(now, before.(*core.ConfigMap)), nil
	case *core.ResourceQuota:
		return corevalidation.ValidateResourceQuotaUpdate(now, before.(*core.ResourceQuota)), nil
	case *core.PersistentVolume:
		return corevalidation.ValidatePersistentVolumeUpdate(now, before.(*core.PersistentVolume), corevalidation.PersistentVolumeSpecValidationOptions{}), nil
	case *core.PersistentVolumeClaim:
		now.Status.Phase = core.ClaimBound
		before.(*core.PersistentVolumeClaim).Status.Phase = core.ClaimBound
		return corevalidation.ValidatePersistentVolumeClaimUpdate(now, before.(*core.PersistentVolumeClaim), corevalidation.PersistentVolumeClaimSpecValidationOptions{}), nil
	case *apps.Deployment:
		return appsvalidation.ValidateDeploymentUpdate(now, before.(*apps.Deployment), pods), nil
	case *apps.ReplicaSet:
		return appsvalidation.ValidateReplicaSetUpdate(now, before.(*apps.ReplicaSet), pods), nil
	case *apps.StatefulSet:
		return appsvalidation.ValidateStatefulSetUpdate(now, before.(*apps.StatefulSet), appsvalidation.StatefulSetValidationOptions{}, pods), nil
	case *apps.DaemonSet:
		// The registry counts templates before it validates (pkg/registry/apps/daemonset).
		if !apiequality.Semantic.DeepEqual(now.Spec.Template, before.(*apps.DaemonSet).Spec.Template) {
			now.Spec.TemplateGeneration++
		}
		return appsvalidation.ValidateDaemonSetUpdate(now, before.(*apps.DaemonSet), pods), nil
	case *batch.Job:
		return batchvalidation.ValidateJobUpdate(now, before.(*batch.Job), batchvalidation.JobValidationOptions{}), nil
	case *batch.CronJob:
		return batchvalidation.ValidateCronJobUpdate(now, before.(*batch.CronJob), pods), nil
	case *rbac.RoleBinding:
		return rbacvalidation.ValidateRoleBindingUpdate(now, before.(*rbac.RoleBinding)), nil
	case *rbac.ClusterRoleBinding:
		return rbacvalidation.ValidateClusterRoleBindingUpdate(now, before.(*rbac.ClusterRoleBinding)), nil
	case *storage.StorageClass:
		return storagevalidation.ValidateStorageClassUpdate(now, before.(*storage.StorageClass)), nil
	}
	return nil, fmt.Errorf("no validation for %T", after)
}
