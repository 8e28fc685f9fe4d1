import { remembering } from '../core/index.ts';
import { nameOfImage, parseImageReference, type ImageReference } from './image-reference.ts';

/** An add-on of clusters that gets no more repairs, as its makers have said. */
export interface RetiredProduct {
  readonly name: string;
  /** `March 2026`, for messages. */
  readonly since: string;
  /** What to use instead. */
  readonly instead: string;
  /** The last one or two parts of the repositories of its images; all below a part that ends in `/`. */
  readonly images: readonly string[];
  /** Only minors before this one: `[3, 5]`. */
  readonly before?: readonly [major: number, minor: number];
}

/** A new row needs no code; its comment says where the makers say so. */
const retiredProducts: readonly RetiredProduct[] = [
  {
    // kubernetes.io/blog, "Ingress NGINX Retirement: What You Need to Know" (11 November 2025): best effort until March 2026.
    name: 'Ingress NGINX',
    since: 'March 2026',
    instead: 'a Gateway, or another ingress controller',
    images: ['ingress-nginx/controller', 'ingress-nginx/controller-chroot', 'nginx-ingress-controller', 'nginx-ingress-controller-amd64'],
  },
  {
    // etcd.io/blog, "June patch release" (1 June 2026): 3.4.45 is the last of 3.4.
    name: 'etcd before 3.5',
    since: 'June 2026',
    instead: 'etcd 3.6',
    images: ['etcd', 'coreos/etcd', 'etcd-development/etcd', 'bitnami/etcd'],
    before: [3, 5],
  },
  {
    // github.com/kubernetes-retired/dashboard: archived on 21 January 2026.
    name: 'Kubernetes Dashboard',
    since: 'January 2026',
    instead: 'Headlamp',
    images: ['kubernetesui/', 'kubernetes-dashboard-amd64'],
  },
  {
    // github.com/jaegertracing/jaeger, issue 6321: end of life on 31 December 2025.
    name: 'Jaeger 1',
    since: 'December 2025',
    instead: 'Jaeger 2',
    images: ['jaegertracing/all-in-one', 'jaegertracing/jaeger-agent', 'jaegertracing/jaeger-collector', 'jaegertracing/jaeger-query'],
    before: [2, 0],
  },
  {
    // grafana.com/docs/loki, "Promtail": end of life on 2 March 2026.
    name: 'Promtail',
    since: 'March 2026',
    instead: 'Grafana Alloy',
    images: ['grafana/promtail'],
  },
  {
    // grafana.com/docs/agent: end of life on 1 November 2025.
    name: 'Grafana Agent',
    since: 'November 2025',
    instead: 'Grafana Alloy',
    images: ['grafana/agent', 'grafana/agent-operator'],
  },
  {
    // github.com/bitnami/containers, issue 83267: the images there were moved from 28 August 2025 on, and nobody updates them.
    name: 'the legacy catalogue of Bitnami',
    since: 'August 2025',
    instead: 'images of the project itself',
    images: ['bitnamilegacy/'],
  },
  {
    // github.com/weaveworks/weave: archived on 20 June 2024.
    name: 'Weave Net',
    since: 'June 2024',
    instead: 'another network plugin',
    images: ['weaveworks/weave-kube', 'weaveworks/weave-npc', 'weave-kube', 'weave-npc'],
  },
  {
    // github.com/cncf/toc, issue 1104, and github.com/openservicemesh/osm, pull request 5344: archived on 30 June 2023.
    name: 'Open Service Mesh',
    since: 'June 2023',
    instead: 'another mesh',
    images: ['openservicemesh/'],
  },
  {
    // github.com/fluxcd/flux and helm-operator: archived on 1 November 2022.
    name: 'Flux 1',
    since: 'November 2022',
    instead: 'Flux 2',
    images: ['fluxcd/flux', 'fluxcd/helm-operator'],
  },
  {
    // helm.sh/blog, "Helm 2 and the Charts Project Are Now Unsupported": since 13 November 2020.
    name: 'Tiller of Helm 2',
    since: 'November 2020',
    instead: 'Helm 3 or newer, which runs nothing in the cluster',
    images: ['kubernetes-helm/tiller', 'helm/tiller', 'tiller'],
  },
  {
    // github.com/kubernetes-retired/heapster, docs/deprecation.md: retired with Kubernetes 1.13, which came out in December 2018.
    name: 'Heapster',
    since: 'December 2018',
    instead: 'the metrics server, and a store of metrics',
    images: ['heapster-amd64', 'heapster', 'heapster-influxdb-amd64', 'heapster-grafana-amd64'],
  },
];

const byEnd = new Map(retiredProducts.flatMap((product) => product.images.map((image) => [image, product] as const)));

/** Nothing new comes there since 3 April 2023 (kubernetes.io/blog, "k8s.gcr.io Image Registry Will Be Frozen"). */
const frozenRegistry: RetiredProduct = { name: 'a registry that was frozen', since: 'April 2023', instead: 'registry.k8s.io', images: [] };

/** The retired product that an image is of, wherever it is mirrored; undefined for all others, and where the version is not told. */
export function retiredProduct(image: string): RetiredProduct | undefined {
  const products = productsOf(nameOfImage(image));
  if (products.length === 0) return undefined;
  const parsed = parseImageReference(image);
  return 'error' in parsed ? undefined : products.find((each) => isBefore(each, parsed));
}

/** By the name of an image; the registry comes last. */
const productsOf = remembering((name): readonly RetiredProduct[] => {
  const parsed = parseImageReference(name);
  if ('error' in parsed) return [];
  const parts = parsed.repository.split('/');
  const ends = [parts.slice(-2).join('/'), parts.at(-1) ?? '', `${parts.at(-2) ?? ''}/`];
  const products = ends.flatMap((end) => byEnd.get(end) ?? []);
  return parsed.registry === 'k8s.gcr.io' ? [...products, frozenRegistry] : products;
});

function isBefore({ before }: RetiredProduct, { tag = '' }: ImageReference): boolean {
  if (before === undefined) return true;
  const match = /^v?(\d{1,4})\.(\d{1,4})/.exec(tag);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major < before[0] || (major === before[0] && minor < before[1]);
}
