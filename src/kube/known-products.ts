import type { Metadata, Resource, ResourceRef } from '../core/index.ts';
import { lastPartOf, parseImageReference } from './image-reference.ts';
import type { PodSpec } from './types.ts';

/** What a product is there for, as far as a recommendation asks for it. */
export type ProductRole =
  | 'network plugin'
  /** Enforces NetworkPolicy objects beside a network plugin that does not. */
  | 'network policy engine'
  | 'log collector'
  | 'log store'
  | 'runtime sensor'
  | 'policy engine'
  | 'service mesh'
  /** Keeps metrics over time, in the cluster or as the agent of a store outside of it. */
  | 'metrics store'
  /** Shows current values only, to whoever asks. */
  | 'metrics source'
  /** Shows what was collected, or raises alerts. */
  | 'dashboard'
  | 'secret store'
  | 'vulnerability scanner'
  | 'permission scanner'
  /** Compares nodes and control plane with the CIS benchmark. */
  | 'benchmark'
  /** Is on nodes with many rights, for none of the above. */
  | 'node component';

/**
 * What becomes of NetworkPolicy objects. `conditional`: the product has a part that enforces them, and neither its image nor
 * its name tells whether that is on.
 */
export type NetworkPolicySupport = 'enforced' | 'ignored' | 'conditional';

/** A product by what it leaves in a cluster. All of it is evidence that it is there, none of it how it is configured. */
export interface KnownProduct {
  readonly name: string;
  readonly roles: readonly ProductRole[];
  /** Of network plugins and network policy engines. */
  readonly networkPolicy?: NetworkPolicySupport;
  /** The argument that decides it, and what holds without. */
  readonly networkPolicyFlag?: { readonly name: string; readonly default: boolean };
  /**
   * The last one or two parts of the repositories of its images, which stay the same in a mirror. Of a product that works
   * on nodes only those of the part that runs there.
   */
  readonly images?: readonly string[];
  /** Values of the labels by which charts name what they install (`nameLabels`). */
  readonly labels?: readonly string[];
  /** `NAMESPACE/NAME` of workloads whose images are named by their digest alone. */
  readonly workloads?: readonly string[];
  /** API groups, those below them included, or single resources of a group that others share: `tracingpolicies.cilium.io`. */
  readonly apis?: readonly string[];
}

/** The label that Kubernetes recommends, and the one that its own add-ons have. */
const nameLabels = ['app.kubernetes.io/name', 'k8s-app'] as const;

/**
 * Images, labels and API groups as the charts and manifests of the products have them in 2026; a comment says where. A new
 * row needs no code. An image or a label must be the product's own: `agent` or `controller` names nothing.
 */
export const knownProducts: readonly KnownProduct[] = [
  // Network plugins.
  {
    // docs.tigera.io, "System requirements" and "Network policy"; github.com/projectcalico/calico, manifests. Rancher mirrors
    // it under names of its own (github.com/rancher/rke2, scripts/build-images). With flannel it is called Canal.
    name: 'Calico',
    roles: ['network plugin'],
    networkPolicy: 'enforced',
    images: ['calico/node', 'tigera/cnx-node', 'mirrored-calico-node', 'hardened-calico'],
    labels: ['calico-node', 'canal'],
    apis: ['projectcalico.org', 'operator.tigera.io'],
  },
  {
    // docs.cilium.io, "Policy Enforcement Modes": `default` unless the configuration says `never`. GKE Dataplane V2 and AKS
    // run it as well. Tetragon shares the group.
    name: 'Cilium',
    roles: ['network plugin'],
    networkPolicy: 'enforced',
    images: ['cilium/cilium', 'mirrored-cilium-cilium'],
    labels: ['cilium', 'cilium-agent'],
    apis: ['ciliumnetworkpolicies.cilium.io', 'ciliumendpoints.cilium.io'],
  },
  {
    // antrea.io/docs, "Getting Started"; since 2.0 the agent has an image of its own.
    name: 'Antrea',
    roles: ['network plugin'],
    networkPolicy: 'enforced',
    images: ['antrea/antrea-agent-ubuntu', 'antrea/antrea-agent-ubi', 'antrea/antrea-ubuntu', 'antrea/antrea-ubi'],
    apis: ['crd.antrea.io'],
  },
  {
    // kube-router.io/docs/user-guide: `--run-firewall` is on unless it says false. k0s builds the image itself.
    name: 'kube-router',
    roles: ['network plugin', 'network policy engine'],
    networkPolicy: 'enforced',
    networkPolicyFlag: { name: 'run-firewall', default: true },
    images: ['cloudnativelabs/kube-router', 'k0sproject/kube-router'],
    labels: ['kube-router'],
  },
  {
    // github.com/weaveworks/weave, "Integrating Kubernetes via the Addon": weave-npc is the controller for policies.
    name: 'Weave Net',
    roles: ['network plugin'],
    networkPolicy: 'enforced',
    images: ['weaveworks/weave-npc', 'weave-npc'],
  },
  {
    // ovn-kubernetes.io, "Network Policy"; docs.redhat.com, "About the OVN-Kubernetes network plugin".
    name: 'OVN-Kubernetes',
    roles: ['network plugin'],
    networkPolicy: 'enforced',
    images: ['ovn-kubernetes/ovn-kube-ubuntu', 'ovn-kubernetes/ovn-kube-fedora'],
    workloads: ['openshift-ovn-kubernetes/ovnkube-node'],
    apis: ['k8s.ovn.org'],
  },
  {
    // docs.redhat.com, "About the OpenShift SDN network plugin": its network policy mode is the default since OpenShift 4.
    name: 'OpenShift SDN',
    roles: ['network plugin'],
    networkPolicy: 'conditional',
    workloads: ['openshift-sdn/sdn'],
  },
  {
    // kubeovn.github.io/docs, "Network Policy": `--enable-np` is on by default.
    name: 'Kube-OVN',
    roles: ['network plugin'],
    networkPolicy: 'enforced',
    images: ['kubeovn/kube-ovn'],
    apis: ['kubeovn.io'],
  },
  {
    // github.com/flannel-io/flannel, README: the binary enforces no policies; `netpol.enabled` of its chart adds
    // kube-network-policies, which is a product of its own here. Rancher and Talos mirror it.
    name: 'flannel',
    roles: ['network plugin'],
    networkPolicy: 'ignored',
    images: [
      'flannel/flannel',
      'flannel-io/flannel',
      'coreos/flannel',
      'siderolabs/flannel',
      'mirrored-flannelcni-flannel',
      'mirrored-flannel-io-flannel',
      'mirrored-coreos-flannel',
      'hardened-flannel',
    ],
    labels: ['flannel'],
  },
  {
    // github.com/kubernetes-sigs/kube-network-policies, README.
    name: 'kube-network-policies',
    roles: ['network policy engine'],
    networkPolicy: 'enforced',
    images: ['networking/kube-network-policies'],
    labels: ['kube-network-policies'],
  },
  {
    // github.com/kubernetes-sigs/kind, issue 842: enforces policies since kind 0.24; github.com/kubernetes/minikube, issue
    // 19871: since kindnet 1.3.0.
    name: 'kindnet',
    roles: ['network plugin'],
    networkPolicy: 'conditional',
    images: ['kindest/kindnetd', 'aojea/kindnetd'],
    labels: ['kindnet'],
  },
  {
    // docs.aws.amazon.com/eks, "Limit Pod traffic with Kubernetes network policies": off unless enableNetworkPolicy is set,
    // which becomes an argument of the agent; its container is there since 1.14 either way.
    name: 'Amazon VPC CNI',
    roles: ['network plugin'],
    networkPolicy: 'conditional',
    networkPolicyFlag: { name: 'enable-network-policy', default: false },
    images: ['amazon-k8s-cni'],
    labels: ['aws-node'],
    apis: ['eniconfigs.crd.k8s.amazonaws.com', 'policyendpoints.networking.k8s.aws'],
  },
  {
    // learn.microsoft.com/azure/aks/use-network-policies: the engine is chosen for each cluster, and none is the default.
    name: 'Azure CNI',
    roles: ['network plugin'],
    networkPolicy: 'ignored',
    images: ['containernetworking/azure-cns'],
    labels: ['azure-cns'],
  },
  {
    // learn.microsoft.com/azure/aks/use-network-policies.
    name: 'Azure Network Policy Manager',
    roles: ['network policy engine'],
    networkPolicy: 'enforced',
    images: ['containernetworking/azure-npm'],
    labels: ['azure-npm'],
  },
  {
    // alibabacloud.com/help, "Use network policies in ACK clusters": enabled when Terway is installed, or not.
    name: 'Terway',
    roles: ['network plugin'],
    networkPolicy: 'conditional',
    images: ['acs/terway'],
  },

  // Log collectors, which run on nodes, and log stores.
  {
    // docs.fluentbit.io, "Kubernetes"; docs.aws.amazon.com, "Fluent Bit integration"; on GKE it is the logging agent.
    name: 'Fluent Bit',
    roles: ['log collector'],
    images: ['fluent-bit', 'aws-for-fluent-bit', 'newrelic-fluentbit-output'],
    labels: ['fluent-bit', 'fluentbit-gke', 'aws-for-fluent-bit'],
    apis: ['fluentbit.fluent.io'],
  },
  {
    // docs.fluentd.org, "Kubernetes"; github.com/fluent/fluentd-kubernetes-daemonset.
    name: 'Fluentd',
    roles: ['log collector'],
    images: ['fluentd', 'fluentd-kubernetes-daemonset', 'fluentd-hec'],
    labels: ['fluentd'],
    apis: ['fluentd.fluent.io'],
  },
  {
    // kube-logging.dev/docs.
    name: 'Logging operator',
    roles: ['log collector'],
    images: ['kube-logging/logging-operator'],
    apis: ['logging.banzaicloud.io', 'logging-extensions.banzaicloud.io'],
  },
  {
    // grafana.com/docs/loki, "Promtail agent".
    name: 'Promtail',
    roles: ['log collector'],
    images: ['promtail'],
    labels: ['promtail'],
  },
  {
    // grafana.com/docs/alloy, "Deploy Alloy"; the agent before it: grafana.com/docs/agent.
    name: 'Grafana Alloy',
    roles: ['log collector', 'metrics store'],
    images: ['grafana/alloy', 'grafana/agent'],
    labels: ['alloy', 'grafana-agent'],
    apis: ['collectors.grafana.com', 'monitoring.grafana.com'],
  },
  {
    // vector.dev/docs, "Install Vector on Kubernetes"; docs.redhat.com, "About logging": OpenShift's collector is Vector.
    name: 'Vector',
    roles: ['log collector'],
    images: ['timberio/vector', 'openshift-logging/vector-rhel8', 'openshift-logging/vector-rhel9'],
    apis: ['observability.openshift.io'],
  },
  {
    // elastic.co/guide, "Run Filebeat on Kubernetes" and "Run Elastic Agent on Kubernetes".
    name: 'Filebeat',
    roles: ['log collector'],
    images: ['beats/filebeat', 'beats/filebeat-oss'],
    labels: ['filebeat'],
  },
  {
    name: 'Elastic Agent',
    roles: ['log collector', 'metrics store'],
    images: ['elastic-agent/elastic-agent', 'beats/elastic-agent', 'elastic-agent/elastic-agent-complete'],
    apis: ['agent.k8s.elastic.co'],
  },
  {
    // github.com/open-telemetry/opentelemetry-helm-charts; which signals it takes is a matter of its configuration.
    name: 'OpenTelemetry Collector',
    roles: ['log collector', 'metrics store'],
    images: [
      'opentelemetry-collector',
      'opentelemetry-collector-contrib',
      'opentelemetry-collector-k8s',
      'splunk-otel-collector',
      'sumologic-otel-collector',
    ],
    labels: ['opentelemetry-collector', 'splunk-otel-collector'],
    apis: ['opentelemetry.io'],
  },
  {
    // docs.datadoghq.com/containers/kubernetes; logs are off unless the chart enables them.
    name: 'Datadog Agent',
    roles: ['log collector', 'metrics store'],
    images: ['datadog/agent', 'datadoghq/agent'],
    labels: ['datadog-agent-deployment'],
    apis: ['datadoghq.com'],
  },
  {
    // docs.dynatrace.com, "Deploy on Kubernetes".
    name: 'Dynatrace OneAgent',
    roles: ['log collector', 'metrics store'],
    images: ['dynatrace/oneagent', 'dynatrace/dynatrace-oneagent', 'dynatrace/dynatrace-operator', 'dynatrace/dynatrace-logmodule'],
    labels: ['dynatrace-operator'],
    apis: ['dynatrace.com'],
  },
  {
    // learn.microsoft.com/azure/azure-monitor/containers: the agent for logs, and the one for Prometheus metrics.
    name: 'Azure Monitor agent',
    roles: ['log collector', 'metrics store'],
    images: ['containerinsights/ciprod'],
  },
  {
    name: 'Azure Monitor managed Prometheus',
    roles: ['metrics store'],
    images: ['prometheus-collector/images'],
  },
  {
    // docs.aws.amazon.com/AmazonCloudWatch, "Container Insights"; logs are the part of Fluent Bit.
    name: 'CloudWatch agent',
    roles: ['metrics store'],
    images: ['cloudwatch-agent/cloudwatch-agent', 'amazon/cloudwatch-agent'],
    labels: ['cloudwatch-agent'],
    apis: ['cloudwatch.aws.amazon.com'],
  },
  {
    // github.com/logdna/logdna-agent-v2.
    name: 'LogDNA agent',
    roles: ['log collector'],
    images: ['logdna/logdna-agent'],
    labels: ['logdna-agent'],
  },
  {
    // docs.victoriametrics.com/victorialogs.
    name: 'vlagent',
    roles: ['log collector'],
    images: ['victoriametrics/vlagent'],
  },
  {
    // grafana.com/docs/loki, "Install the Helm chart".
    name: 'Loki',
    roles: ['log store'],
    images: ['grafana/loki', 'grafana/enterprise-logs'],
    labels: ['loki'],
    apis: ['loki.grafana.com'],
  },
  {
    // elastic.co/guide, "Elastic Cloud on Kubernetes".
    name: 'Elasticsearch',
    roles: ['log store'],
    images: ['elasticsearch/elasticsearch', 'bitnami/elasticsearch', 'eck/eck-operator'],
    labels: ['elasticsearch'],
    apis: ['elasticsearch.k8s.elastic.co'],
  },
  {
    // opensearch.org/docs, "Helm" and "Kubernetes operator".
    name: 'OpenSearch',
    roles: ['log store'],
    images: ['opensearchproject/opensearch'],
    labels: ['opensearch'],
    apis: ['opensearch.opster.io'],
  },
  {
    // docs.victoriametrics.com/victorialogs.
    name: 'VictoriaLogs',
    roles: ['log store'],
    images: ['victoriametrics/victoria-logs'],
  },

  // Sensors that watch processes on the node.
  {
    // falco.org/docs, "Deploy on Kubernetes"; github.com/falcosecurity/charts.
    name: 'Falco',
    roles: ['runtime sensor'],
    images: ['falcosecurity/falco', 'falcosecurity/falco-no-driver'],
    labels: ['falco'],
    apis: ['falcosecurity.dev'],
  },
  {
    // tetragon.io/docs, "Install on Kubernetes".
    name: 'Tetragon',
    roles: ['runtime sensor'],
    images: ['cilium/tetragon'],
    labels: ['tetragon'],
    apis: ['tracingpolicies.cilium.io', 'tracingpoliciesnamespaced.cilium.io'],
  },
  {
    // aquasecurity.github.io/tracee, "Installing on Kubernetes".
    name: 'Tracee',
    roles: ['runtime sensor'],
    images: ['aquasec/tracee', 'aquasecurity/tracee'],
    labels: ['tracee'],
    apis: ['tracee.aquasec.com'],
  },
  {
    // docs.kubearmor.io, "Deployment Guide".
    name: 'KubeArmor',
    roles: ['runtime sensor'],
    images: ['kubearmor/kubearmor', 'kubearmor/kubearmor-ubi'],
    apis: ['security.kubearmor.com', 'operator.kubearmor.com'],
  },
  {
    // open-docs.neuvector.com, "Deploy on Kubernetes".
    name: 'NeuVector',
    roles: ['runtime sensor', 'vulnerability scanner'],
    images: ['neuvector/enforcer', 'neuvector/enforcer-slim', 'mirrored-neuvector-enforcer'],
    apis: ['neuvector.com'],
  },
  {
    // docs.sysdig.com, "Install on Kubernetes"; the host shield replaces the agent.
    name: 'Sysdig agent',
    roles: ['runtime sensor'],
    images: ['sysdig/agent', 'sysdig/agent-slim', 'sysdig/host-shield'],
  },
  {
    // docs.prismacloud.io, "Deploy Defender on Kubernetes".
    name: 'Prisma Cloud Defender',
    roles: ['runtime sensor', 'vulnerability scanner'],
    images: ['twistlock/defender'],
  },
  {
    // github.com/CrowdStrike/falcon-helm.
    name: 'CrowdStrike Falcon sensor',
    roles: ['runtime sensor'],
    images: ['falcon-sensor'],
    labels: ['falcon-sensor'],
    apis: ['falcon.crowdstrike.com'],
  },
  {
    // learn.microsoft.com/azure/defender-for-cloud, "Defender for Containers architecture".
    name: 'Microsoft Defender for Containers',
    roles: ['runtime sensor'],
    images: ['stable/low-level-collector', 'stable/pod-collector', 'stable/security-publisher'],
  },
  {
    // docs.aws.amazon.com/guardduty, "Runtime Monitoring with Amazon EKS".
    name: 'GuardDuty runtime monitoring',
    roles: ['runtime sensor'],
    images: ['aws-guardduty-agent'],
  },
  {
    // docs.stackrox.io and docs.redhat.com, "Architecture of Advanced Cluster Security": the collector runs on nodes.
    name: 'StackRox collector',
    roles: ['runtime sensor'],
    images: [
      'stackrox-io/collector',
      'advanced-cluster-security/rhacs-collector-rhel8',
      'advanced-cluster-security/rhacs-collector-rhel9',
      'advanced-cluster-security/rhacs-collector-slim-rhel8',
    ],
    apis: ['platform.stackrox.io'],
  },
  {
    // docs.lacework.net, "Deploy on Kubernetes".
    name: 'Lacework agent',
    roles: ['runtime sensor'],
    images: ['lacework/datacollector'],
  },
  {
    // documentation.wazuh.com, "Deployment on Kubernetes".
    name: 'Wazuh agent',
    roles: ['runtime sensor'],
    images: ['wazuh/wazuh-agent'],
  },
  {
    // kubescape.io/docs, "Operator": its node agent detects at run time what the other parts scan for.
    name: 'Kubescape node agent',
    roles: ['runtime sensor'],
    images: ['kubescape/node-agent'],
  },

  // What decides at admission.
  {
    // open-policy-agent.github.io/gatekeeper, "Installation". The policy controllers of GKE and AKS are made of it.
    name: 'Gatekeeper',
    roles: ['policy engine'],
    images: ['openpolicyagent/gatekeeper'],
    labels: ['gatekeeper'],
    apis: ['gatekeeper.sh'],
  },
  {
    // kyverno.io/docs, "Installation"; its controllers have images of their own since 1.10.
    name: 'Kyverno',
    roles: ['policy engine'],
    images: ['kyverno/kyverno'],
    apis: ['kyverno.io'],
  },
  {
    // docs.kubewarden.io, "Quick start".
    name: 'Kubewarden',
    roles: ['policy engine'],
    images: ['kubewarden/kubewarden-controller', 'kubewarden/policy-server'],
    labels: ['kubewarden-controller'],
    apis: ['policies.kubewarden.io'],
  },
  {
    // jspolicy.com/docs.
    name: 'jsPolicy',
    roles: ['policy engine'],
    images: ['loftsh/jspolicy'],
    apis: ['policy.jspolicy.com'],
  },
  {
    // docs.sigstore.dev/policy-controller.
    name: 'Sigstore policy controller',
    roles: ['policy engine'],
    images: ['policy-controller/policy-controller', 'sigstore/policy-controller'],
    apis: ['policy.sigstore.dev'],
  },
  {
    // polaris.docs.fairwinds.com: a dashboard, a webhook, or both.
    name: 'Polaris',
    roles: ['policy engine', 'permission scanner'],
    images: ['fairwinds/polaris'],
  },

  // Service meshes.
  {
    // istio.io/docs, "Install with Helm".
    name: 'Istio',
    roles: ['service mesh'],
    images: ['istio/pilot', 'istio-release/pilot', 'mirrored-istio-pilot'],
    labels: ['istiod'],
    apis: ['security.istio.io', 'networking.istio.io'],
  },
  {
    // linkerd.io/docs, "Installing Linkerd".
    name: 'Linkerd',
    roles: ['service mesh'],
    images: ['linkerd/controller', 'linkerd/policy-controller'],
    apis: ['linkerd.io'],
  },
  {
    // developer.hashicorp.com/consul/docs/k8s.
    name: 'Consul',
    roles: ['service mesh'],
    images: ['hashicorp/consul-k8s-control-plane'],
    apis: ['consul.hashicorp.com'],
  },
  {
    // kuma.io/docs, "Kubernetes".
    name: 'Kuma',
    roles: ['service mesh'],
    images: ['kumahq/kuma-cp'],
    apis: ['kuma.io'],
  },

  // Metrics, dashboards and alerts.
  {
    // prometheus.io/docs; the group belongs to its operator (prometheus-operator.dev), which others serve as well.
    name: 'Prometheus',
    roles: ['metrics store'],
    images: ['prometheus/prometheus', 'prom/prometheus', 'bitnami/prometheus', 'mirrored-prometheus-prometheus'],
    labels: ['prometheus'],
    workloads: ['openshift-monitoring/prometheus-k8s'],
    apis: ['prometheuses.monitoring.coreos.com'],
  },
  {
    // cloud.google.com/stackdriver/docs/managed-prometheus.
    name: 'Google managed Prometheus',
    roles: ['metrics store'],
    images: ['prometheus-engine/prometheus'],
    apis: ['monitoring.googleapis.com'],
  },
  {
    // docs.victoriametrics.com, "Helm charts" and "Operator".
    name: 'VictoriaMetrics',
    roles: ['metrics store'],
    images: ['victoriametrics/victoria-metrics', 'victoriametrics/vmstorage', 'victoriametrics/vmagent'],
    labels: ['victoria-metrics-single', 'vmsingle', 'vmagent'],
    apis: ['operator.victoriametrics.com'],
  },
  {
    // thanos.io/tip, "Components".
    name: 'Thanos',
    roles: ['metrics store'],
    images: ['thanos/thanos', 'bitnami/thanos', 'mirrored-thanos-thanos'],
    apis: ['monitoring.thanos.io'],
  },
  {
    // grafana.com/docs/mimir; cortexmetrics.io.
    name: 'Mimir',
    roles: ['metrics store'],
    images: ['grafana/mimir', 'cortexproject/cortex'],
    labels: ['mimir'],
  },
  {
    // docs.newrelic.com, "Kubernetes integration".
    name: 'New Relic infrastructure agent',
    roles: ['metrics store'],
    images: ['newrelic/infrastructure-k8s', 'newrelic/nri-kubernetes', 'newrelic/infrastructure-bundle'],
    labels: ['newrelic-infrastructure'],
  },
  {
    // learn.netdata.cloud, "Kubernetes".
    name: 'Netdata',
    roles: ['metrics store', 'dashboard'],
    images: ['netdata/netdata'],
  },
  {
    // github.com/kubernetes-sigs/metrics-server: for autoscaling, keeps nothing.
    name: 'Metrics Server',
    roles: ['metrics source'],
    images: ['metrics-server/metrics-server', 'mirrored-metrics-server', 'hardened-k8s-metrics-server'],
    labels: ['metrics-server'],
  },
  {
    // github.com/prometheus/node_exporter; github.com/kubernetes/kube-state-metrics.
    name: 'node exporter',
    roles: ['metrics source'],
    images: ['prometheus/node-exporter', 'prom/node-exporter', 'mirrored-prometheus-node-exporter'],
    labels: ['node-exporter', 'prometheus-node-exporter'],
  },
  {
    name: 'kube-state-metrics',
    roles: ['metrics source'],
    images: ['kube-state-metrics/kube-state-metrics', 'mirrored-kube-state-metrics-kube-state-metrics'],
    labels: ['kube-state-metrics'],
  },
  {
    // grafana.com/docs/grafana.
    name: 'Grafana',
    roles: ['dashboard'],
    images: ['grafana/grafana', 'grafana/grafana-enterprise', 'bitnami/grafana', 'mirrored-grafana-grafana'],
    labels: ['grafana'],
    apis: ['grafana.integreatly.org'],
  },
  {
    // prometheus.io/docs/alerting.
    name: 'Alertmanager',
    roles: ['dashboard'],
    images: ['prometheus/alertmanager', 'prom/alertmanager', 'mirrored-prometheus-alertmanager'],
    labels: ['alertmanager'],
  },
  {
    // elastic.co/guide, "Kibana"; opensearch.org/docs, "Dashboards".
    name: 'Kibana',
    roles: ['dashboard'],
    images: ['kibana/kibana', 'bitnami/kibana', 'opensearchproject/opensearch-dashboards'],
    labels: ['kibana', 'opensearch-dashboards'],
    apis: ['kibana.k8s.elastic.co'],
  },

  // What needs many rights on nodes for other reasons.
  {
    // github.com/kubernetes/kubernetes, cluster/addons/kube-proxy and kubeadm's manifest.
    name: 'kube-proxy',
    roles: ['node component'],
    images: ['kube-proxy', 'kube-proxy-amd64', 'hardened-kubernetes'],
    labels: ['kube-proxy'],
  },
  {
    // kubernetes-csi.github.io/docs, "Node driver registrar": every CSI driver has it beside its own container.
    name: 'CSI driver',
    roles: ['node component'],
    images: ['csi-node-driver-registrar'],
  },
  {
    // github.com/kubernetes/kubernetes, cluster/addons/dns/nodelocaldns.
    name: 'NodeLocal DNSCache',
    roles: ['node component'],
    images: ['dns/k8s-dns-node-cache'],
    labels: ['node-local-dns'],
  },
  {
    // github.com/NVIDIA/k8s-device-plugin.
    name: 'NVIDIA device plugin',
    roles: ['node component'],
    images: ['nvidia/k8s-device-plugin'],
    labels: ['nvidia-device-plugin'],
  },

  // Where credentials come from.
  {
    // external-secrets.io, "Getting started".
    name: 'External Secrets Operator',
    roles: ['secret store'],
    images: ['external-secrets/external-secrets'],
    labels: ['external-secrets'],
    apis: ['external-secrets.io'],
  },
  {
    // secrets-store-csi-driver.sigs.k8s.io.
    name: 'Secrets Store CSI driver',
    roles: ['secret store'],
    images: ['csi-secrets-store/driver', 'csi-secrets-store/driver-crds'],
    labels: ['secrets-store-csi-driver'],
    apis: ['secrets-store.csi.x-k8s.io'],
  },
  {
    // developer.hashicorp.com/vault/docs/deploy/kubernetes.
    name: 'Vault',
    roles: ['secret store'],
    images: ['hashicorp/vault', 'hashicorp/vault-k8s', 'hashicorp/vault-secrets-operator', 'hashicorp/vault-csi-provider'],
    labels: ['vault', 'vault-agent-injector', 'vault-secrets-operator'],
    apis: ['secrets.hashicorp.com'],
  },
  {
    // openbao.org/docs/platform/k8s.
    name: 'OpenBao',
    roles: ['secret store'],
    images: ['openbao/openbao'],
    labels: ['openbao'],
  },
  {
    // github.com/bitnami-labs/sealed-secrets.
    name: 'Sealed Secrets',
    roles: ['secret store'],
    images: ['sealed-secrets-controller'],
    labels: ['sealed-secrets'],
    apis: ['sealedsecrets.bitnami.com'],
  },
  {
    // infisical.com/docs, "Kubernetes Operator".
    name: 'Infisical operator',
    roles: ['secret store'],
    images: ['infisical/kubernetes-operator'],
    apis: ['secrets.infisical.com'],
  },
  {
    // developer.1password.com/docs/k8s.
    name: '1Password operator',
    roles: ['secret store'],
    images: ['1password/onepassword-operator'],
    apis: ['onepassword.com'],
  },

  // Scanners inside of the cluster.
  {
    // aquasecurity.github.io/trivy-operator: RbacAssessmentReports are on by default, and so are its infra assessments.
    name: 'Trivy operator',
    roles: ['vulnerability scanner', 'permission scanner', 'benchmark'],
    images: ['aquasec/trivy-operator', 'aquasecurity/trivy-operator'],
    labels: ['trivy-operator'],
    apis: ['vulnerabilityreports.aquasecurity.github.io', 'rbacassessmentreports.aquasecurity.github.io'],
  },
  {
    // kubescape.io/docs, "Operator"; its frameworks examine roles too.
    name: 'Kubescape',
    roles: ['vulnerability scanner', 'permission scanner', 'benchmark'],
    images: ['kubescape/kubescape', 'kubescape/kubevuln', 'kubescape/operator'],
    labels: ['kubescape-operator'],
    apis: ['spdx.softwarecomposition.kubescape.io', 'kubescape.io'],
  },
  {
    // github.com/cyberark/KubiScan.
    name: 'KubiScan',
    roles: ['permission scanner'],
    images: ['cyberark/kubiscan'],
  },
  {
    // This one, as deploy/cluster-scan.yaml runs it; whoever builds the image chooses its registry.
    name: 'Plimsoll',
    roles: ['permission scanner'],
    images: ['plimsoll'],
  },
  {
    // github.com/appvia/krane.
    name: 'Krane',
    roles: ['permission scanner'],
    images: ['appvia/krane'],
  },
  {
    // docs.redhat.com, "Compliance Operator"; its CIS profiles examine roles.
    name: 'Compliance Operator',
    roles: ['permission scanner', 'benchmark'],
    images: ['compliance/openshift-compliance-rhel8-operator', 'complianceascode/compliance-operator'],
    apis: ['compliance.openshift.io'],
  },
  {
    // github.com/aquasecurity/kube-bench, "Running inside a cluster": a Job, or a CronJob.
    name: 'kube-bench',
    roles: ['benchmark'],
    images: ['aquasec/kube-bench', 'aquasecurity/kube-bench'],
  },
  {
    // docs.snyk.io, "Kubernetes integration".
    name: 'Snyk monitor',
    roles: ['vulnerability scanner'],
    images: ['snyk/kubernetes-monitor'],
  },
];

type Index = ReadonlyMap<string, readonly KnownProduct[]>;

function indexBy(keysOf: (product: KnownProduct) => readonly string[] | undefined): Index {
  const index = new Map<string, KnownProduct[]>();
  for (const product of knownProducts) {
    for (const key of keysOf(product) ?? []) {
      const known = index.get(key);
      if (known === undefined) index.set(key, [product]);
      else known.push(product);
    }
  }
  return index;
}

const byImage = indexBy(({ images }) => images);
const byLabel = indexBy(({ labels }) => labels);
const byWorkload = indexBy(({ workloads }) => workloads);
const byApi = indexBy(({ apis }) => apis);

/** Products by the `image` of a container, wherever it is mirrored; none for what is no image name. */
export function productsOfImage(image: string): readonly KnownProduct[] {
  if (!lastParts.has(lastPartOf(image))) return none;
  const parsed = parseImageReference(image);
  if ('error' in parsed) return [];
  const parts = parsed.repository.split('/');
  return [...(byImage.get(parts.slice(-2).join('/')) ?? []), ...(parts.length > 1 ? (byImage.get(parts.at(-1) ?? '') ?? []) : [])];
}

const lastParts: ReadonlySet<string> = new Set([...byImage.keys()].map(lastPartOf));

/** Products by what an object runs: its images, the labels of its chart, the name that its maker gives it. */
export function productsOfWorkload({
  ref,
  metadata,
  podTemplates,
}: Pick<Resource, 'ref' | 'metadata' | 'podTemplates'>): readonly KnownProduct[] {
  if (podTemplates.length === 0) return none;
  // Most workloads are of no product that is known.
  let found = together(byName(ref), byLabels(metadata));
  for (const { metadata: own, spec } of podTemplates) {
    found = together(found, byLabels(own));
    const { containers, initContainers }: PodSpec = spec;
    if (containers !== undefined)
      for (const { image } of containers) if (image !== undefined) found = together(found, productsOfImage(image));
    if (initContainers === undefined) continue;
    for (const { image, restartPolicy } of initContainers)
      if (image !== undefined && restartPolicy === 'Always') found = together(found, productsOfImage(image));
  }
  return found;
}

const none: readonly KnownProduct[] = [];

/** Each once. */
function together(some: readonly KnownProduct[], more: readonly KnownProduct[]): readonly KnownProduct[] {
  return more.length === 0 ? some : [...new Set([...some, ...more])];
}

const namesOfWorkloads: ReadonlySet<string> = new Set([...byWorkload.keys()].map((key) => key.slice(key.indexOf('/') + 1)));

function byName({ namespace = '', name }: ResourceRef): readonly KnownProduct[] {
  return namesOfWorkloads.has(name) ? (byWorkload.get(`${namespace}/${name}`) ?? none) : none;
}

function byLabels({ labels }: Metadata): readonly KnownProduct[] {
  if (labels === undefined) return none;
  let found = none;
  for (const label of nameLabels) if (Object.hasOwn(labels, label)) found = together(found, byLabel.get(labels[label] ?? '') ?? none);
  return found;
}

/** The longest name of a group is that of a DNS subdomain. */
const longestGroup = 253;

/** Products by an API that a cluster serves, or a CustomResourceDefinition defines; `plural` as in `networkpolicies`. */
export function productsOfApi(group: string, plural: string): readonly KnownProduct[] {
  if (group.length > longestGroup || plural.length > longestGroup) return [];
  const found = [...(byApi.get(`${plural}.${group}`) ?? [])];
  for (let rest = group; rest !== ''; rest = rest.slice(rest.indexOf('.') + 1)) {
    found.push(...(byApi.get(rest) ?? []));
    if (!rest.includes('.')) break;
  }
  return [...new Set(found)];
}
