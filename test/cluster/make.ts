import type { ApiClient, ApiObject } from './api-client.ts';
import { until } from './until.ts';

/**
 * Makes an object, unless it is there. The controllers need a moment for what others build on: no pod is let in without the
 * account of its namespace.
 */
export async function make(admin: ApiClient, object: ApiObject): Promise<void> {
  let answer: unknown;
  await until(
    async () => {
      const { status, body } = await admin.create(object);
      answer = body;
      return status === 201 || status === 409;
    },
    () => `${object.kind} is refused: ${JSON.stringify(answer)}`,
  );
}
