import type { Labels } from './label-selector.ts';
import { lastPartOf } from './image-reference.ts';
import type { Container } from './types.ts';

/** From where the traffic of an Ingress or a Gateway comes to its backends. */
export type ControllerPlace =
  /** From pods with one of these images (repositories without their registry, or ends of them). */
  | { readonly type: 'images'; readonly images: readonly string[] }
  /** From outside of the cluster's pods: a load balancer of the cloud, or a proxy in the network of the nodes. */
  | { readonly type: 'outside' }
  /** From pods in the namespace of the Gateway that bear its name, by GEP-1762. */
  | { readonly type: 'gateway' };

const outside: ControllerPlace = { type: 'outside' };
const gateway: ControllerPlace = { type: 'gateway' };

function images(...names: string[]): ControllerPlace {
  return { type: 'images', images: names };
}

const nginx = images(
  'ingress-nginx/controller',
  'ingress-nginx/controller-chroot',
  'nginx-ingress-controller',
  'nginx-ingress-controller-amd64',
);

/** By `spec.controller` of an IngressClass and `spec.controllerName` of a GatewayClass. */
const controllers: Readonly<Record<string, ControllerPlace | undefined>> = Object.assign(
  Object.create(null) as Record<string, ControllerPlace>,
  {
    'k8s.io/ingress-nginx': nginx,
    'nginx.org/ingress-controller': images('nginx/nginx-ingress', 'nginx-ic/nginx-plus-ingress'),
    'traefik.io/ingress-controller': images('traefik'),
    'traefik.io/gateway-controller': images('traefik'),
    'haproxy-ingress.github.io/controller': images('haproxy-ingress'),
    'haproxy.org/ingress-controller': images('kubernetes-ingress', 'haproxytech/kubernetes-ingress'),
    'ingress-controllers.konghq.com/kong': images('kong', 'kong/kong-gateway'),
    'konghq.com/kic-gateway-controller': images('kong', 'kong/kong-gateway'),
    'projectcontour.io/ingress-controller': images('envoyproxy/envoy'),
    'projectcontour.io/gateway-controller': images('envoyproxy/envoy'),
    'openshift.io/ingress-to-route': images('openshift4/ose-haproxy-router', 'openshift/origin-haproxy-router'),
    'istio.io/ingress-controller': images('istio/proxyv2'),
    'istio.io/gateway-controller': gateway,
    'gateway.nginx.org/nginx-gateway-controller': gateway,
    'gateway.envoyproxy.io/gatewayclass-controller': images('envoyproxy/envoy'),
    'ingress.k8s.aws/alb': outside,
    'gateway.k8s.aws/alb': outside,
    'gateway.k8s.aws/nlb': outside,
    'k8s.io/ingress-gce': outside,
    'networking.gke.io/gateway': outside,
    'azure/application-gateway': outside,
    'alb.networking.azure.io/alb-controller': outside,
    'cilium.io/ingress-controller': outside,
    'io.cilium/gateway-controller': outside,
  },
);

/** Names that people give to classes whose IngressClass object is elsewhere. */
const classNames: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null) as Record<string, string>, {
  nginx: 'k8s.io/ingress-nginx',
  traefik: 'traefik.io/ingress-controller',
  haproxy: 'haproxy-ingress.github.io/controller',
  kong: 'ingress-controllers.konghq.com/kong',
  contour: 'projectcontour.io/ingress-controller',
  istio: 'istio.io/gateway-controller',
  alb: 'ingress.k8s.aws/alb',
  gce: 'k8s.io/ingress-gce',
  'gce-internal': 'k8s.io/ingress-gce',
  cilium: 'cilium.io/ingress-controller',
  'azure-application-gateway': 'azure/application-gateway',
});

/** Where a controller stands; undefined for one that is not known. */
export function controllerPlace(controller: string | undefined, className: string | undefined): ControllerPlace | undefined {
  const named =
    className === undefined
      ? undefined
      : (classNames[className] ?? (className.startsWith('gke-') ? 'networking.gke.io/gateway' : undefined));
  return controllers[controller ?? named ?? ''];
}

/** Whether a repository is one of those. */
export function isOneOf(image: string, names: readonly string[]): boolean {
  return names.some((name) => image === name || image.endsWith(`/${name}`));
}

/** Images whose pods take all traffic in, whatever class it is of. Proxies of meshes stand in every pod. */
const ownImages: readonly string[] = Object.values(controllers).flatMap((place) =>
  place?.type === 'images' ? place.images.filter((image) => image !== 'istio/proxyv2' && image !== 'envoyproxy/envoy') : [],
);

const lastParts: ReadonlySet<string> = new Set(ownImages.map((image) => image.slice(image.lastIndexOf('/') + 1)));

/** Values of `app.kubernetes.io/name` and `app` that the charts of ingress controllers and gateways give their pods. */
const ownNames: ReadonlySet<string> = new Set([
  'ingress-nginx',
  'nginx-ingress',
  'traefik',
  'haproxy-ingress',
  'kubernetes-ingress',
  'kong',
  'contour',
  'envoy',
  'istio-ingressgateway',
  '3scale-kourier-gateway',
  'emissary-ingress',
  'apisix',
]);

/**
 * Whether pods take in the traffic of Ingresses and Gateways of any class: by the labels of their chart, or by one of their
 * images, as it stands in the manifest or without its registry and tag.
 */
export function takesTrafficIn(labels: Labels, running: readonly string[]): boolean {
  return isNamedSo(labels) || running.some(isOwnImage);
}

/** As `takesTrafficIn`, of the containers of a pod. */
export function runsIngressController(labels: Labels, containers: readonly Container[]): boolean {
  return isNamedSo(labels) || containers.some(({ image }) => image !== undefined && isOwnImage(image));
}

function isNamedSo(labels: Labels): boolean {
  return ownNames.has(labels['app.kubernetes.io/name'] ?? '') || ownNames.has(labels['app'] ?? '');
}

function isOwnImage(image: string): boolean {
  const last = lastPartOf(image);
  if (!lastParts.has(last)) return false;
  const [reference = ''] = image.split('@', 1);
  return isOneOf(reference.slice(0, reference.lastIndexOf('/') + 1) + last, ownImages);
}
