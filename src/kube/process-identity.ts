/** Ids go up to the largest that a signed 32-bit number holds (k8s.io/apimachinery, IsValidUserID and IsValidGroupID). */
const largestId = 2 ** 31 - 1;

/** A user or group id as a person writes it, other than root's; undefined for what is none. */
export function nonRootId(text: string): number | undefined {
  if (!/^[0-9]{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id > 0 && id <= largestId ? id : undefined;
}

/** What the `User` of an image makes of its processes. */
export type ImageUser =
  | { readonly kind: 'numeric'; readonly user: number; readonly group?: number }
  | { readonly kind: 'root' }
  /** Which number that is, /etc/passwd in the image says. The kubelet refuses a name beside runAsNonRoot. */
  | { readonly kind: 'name'; readonly name: string };

/**
 * Reads the `User` of an image's configuration as the runtimes do: what stands before the colon is a number or a name, and
 * nothing at all is root (containerd, getUserFromImage; kubelet, getImageUser).
 */
export function imageUser(user: string): ImageUser {
  const [name = '', group = ''] = user.split(':');
  if (name === '' || name === 'root' || /^0+$/.test(name)) return { kind: 'root' };
  const id = nonRootId(name);
  if (id === undefined) return { kind: 'name', name };
  const groupId = nonRootId(group);
  return groupId === undefined ? { kind: 'numeric', user: id } : { kind: 'numeric', user: id, group: groupId };
}
