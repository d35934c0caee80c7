"""The kinds that a Kubernetes 1.36 serves, as its discovery answers.

Why it exists: one row a kind and version, in the order of discovery, which is also the order in which short names are
looked up. ``pilothouse.api.scheme`` reads it. The real counterpart is what ``kubectl api-resources`` prints.
"""

# apiVersion, kind, plural, scope and storage (n: namespaced, s: stored), short names, categories, subresources.
TABLE = """
v1 Binding bindings n- - - -
v1 ComponentStatus componentstatuses -- cs - -
v1 ConfigMap configmaps ns cm - -
v1 Endpoints endpoints ns ep - -
v1 Event events ns ev - -
v1 LimitRange limitranges ns limits - -
v1 Namespace namespaces -s ns - finalize,status
v1 Node nodes -s no - proxy,status
v1 PersistentVolumeClaim persistentvolumeclaims ns pvc - status
v1 PersistentVolume persistentvolumes -s pv - status
v1 Pod pods ns po all attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status
v1 PodTemplate podtemplates ns - - -
v1 ReplicationController replicationcontrollers ns rc all scale,status
v1 ResourceQuota resourcequotas ns quota - status
v1 Secret secrets ns - - -
v1 ServiceAccount serviceaccounts ns sa - token
v1 Service services ns svc all proxy,status
apps/v1 ControllerRevision controllerrevisions ns - - -
apps/v1 DaemonSet daemonsets ns ds all status
apps/v1 Deployment deployments ns deploy all scale,status
apps/v1 ReplicaSet replicasets ns rs all scale,status
apps/v1 StatefulSet statefulsets ns sts all scale,status
batch/v1 CronJob cronjobs ns cj all status
batch/v1 Job jobs ns - all status
autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers ns hpa all status
autoscaling/v1 HorizontalPodAutoscaler horizontalpodautoscalers ns hpa all status
networking.k8s.io/v1 IngressClass ingressclasses -s - - -
networking.k8s.io/v1 Ingress ingresses ns ing - status
networking.k8s.io/v1 IPAddress ipaddresses -s ip - -
networking.k8s.io/v1 NetworkPolicy networkpolicies ns netpol - -
networking.k8s.io/v1 ServiceCIDR servicecidrs -s - - status
policy/v1 PodDisruptionBudget poddisruptionbudgets ns pdb - status
rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings -s - - -
rbac.authorization.k8s.io/v1 ClusterRole clusterroles -s - - -
rbac.authorization.k8s.io/v1 RoleBinding rolebindings ns - - -
rbac.authorization.k8s.io/v1 Role roles ns - - -
storage.k8s.io/v1 CSIDriver csidrivers -s - - -
storage.k8s.io/v1 CSINode csinodes -s - - -
storage.k8s.io/v1 CSIStorageCapacity csistoragecapacities ns - - -
storage.k8s.io/v1 StorageClass storageclasses -s sc - -
storage.k8s.io/v1 VolumeAttachment volumeattachments -s - - status
storage.k8s.io/v1 VolumeAttributesClass volumeattributesclasses -s vac - -
scheduling.k8s.io/v1 PriorityClass priorityclasses -s pc - -
coordination.k8s.io/v1 Lease leases ns - - -
discovery.k8s.io/v1 EndpointSlice endpointslices ns - - -
node.k8s.io/v1 RuntimeClass runtimeclasses -s - - -
events.k8s.io/v1 Event events ns ev - -
apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions -s crd,crds api-extensions status
admissionregistration.k8s.io/v1 MutatingAdmissionPolicy mutatingadmissionpolicies -s - api-extensions -
admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding mutatingadmissionpolicybindings -s - api-extensions -
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration mutatingwebhookconfigurations -s - api-extensions -
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy validatingadmissionpolicies -s - api-extensions status
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings -s - api-extensions -
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration validatingwebhookconfigurations -s - api-extensions -
apiregistration.k8s.io/v1 APIService apiservices -s - api-extensions status
authentication.k8s.io/v1 SelfSubjectReview selfsubjectreviews -- - - -
authentication.k8s.io/v1 TokenReview tokenreviews -- - - -
authorization.k8s.io/v1 LocalSubjectAccessReview localsubjectaccessreviews n- - - -
authorization.k8s.io/v1 SelfSubjectAccessReview selfsubjectaccessreviews -- - - -
authorization.k8s.io/v1 SelfSubjectRulesReview selfsubjectrulesreviews -- - - -
authorization.k8s.io/v1 SubjectAccessReview subjectaccessreviews -- - - -
certificates.k8s.io/v1 CertificateSigningRequest certificatesigningrequests -s csr - approval,status
resource.k8s.io/v1 DeviceClass deviceclasses -s - - -
resource.k8s.io/v1 ResourceClaim resourceclaims ns - - status
resource.k8s.io/v1 ResourceClaimTemplate resourceclaimtemplates ns - - -
resource.k8s.io/v1 ResourceSlice resourceslices -s - - -
flowcontrol.apiserver.k8s.io/v1 FlowSchema flowschemas -s - - status
flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration prioritylevelconfigurations -s - - status
"""
