/**
 * Objects that pass every control: the examples of the controls are tweaks of them. A company's own controls must let
 * them pass as well, or bring their own.
 */
export const hardenedObjects = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: v1.35
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
---
apiVersion: v1
kind: LimitRange
metadata:
  name: defaults
  namespace: shop
spec:
  limits:
    - type: Container
      default: { cpu: 500m, memory: 256Mi, ephemeral-storage: 1Gi }
      defaultRequest: { cpu: 100m, memory: 128Mi, ephemeral-storage: 100Mi }
      max: { cpu: "2", memory: 2Gi }
    - type: PersistentVolumeClaim
      max: { storage: 10Gi }
---
apiVersion: v1
kind: ResourceQuota
metadata:
  name: total
  namespace: shop
spec:
  hard:
    requests.cpu: "4"
    requests.memory: 8Gi
    limits.cpu: "8"
    limits.memory: 16Gi
    pods: "20"
    persistentvolumeclaims: "10"
    requests.storage: 100Gi
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
  namespace: shop
automountServiceAccountToken: false
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      os: { name: linux }
      serviceAccountName: web
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        runAsGroup: 10001
        fsGroup: 10001
        supplementalGroupsPolicy: Strict
        seccompProfile: { type: RuntimeDefault }
        appArmorProfile: { type: RuntimeDefault }
        seLinuxOptions: { type: container_t }
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d
          ports:
            - containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
          resources:
            requests: { cpu: 100m, memory: 128Mi, ephemeral-storage: 100Mi }
            limits: { cpu: 500m, memory: 256Mi, ephemeral-storage: 1Gi }
          readinessProbe:
            httpGet: { path: /healthz, port: 8080 }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir: { sizeLimit: 64Mi }
`;
