import { setTimeout } from 'node:timers/promises';
import type { ApiClient, ApiObject } from './api-client.ts';

/**
 * Makes an object, unless it is there. The controllers need a moment for what others build on: no pod is let in without the
 * account of its namespace.
 */
export async function make(admin: ApiClient, object: ApiObject): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { status, body } = await admin.create(object);
    if (status === 201 || status === 409) return;
    if (attempt > 50) throw new Error(`${object.kind} is refused: ${JSON.stringify(body)}`);
    await setTimeout(100);
  }
}
