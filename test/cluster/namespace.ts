import type { ApiClient } from './api-client.ts';

/** Makes a namespace for one test, and returns its name. */
export async function makeNamespace(admin: ApiClient, labels: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, body } = await admin.create<{ metadata: { name: string } }>({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { generateName: 'test-', labels },
  });
  if (status !== 201) throw new Error(`no namespace: ${JSON.stringify(body)}`);
  return body.metadata.name;
}
