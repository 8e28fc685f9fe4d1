import type { Protocol } from '../core/reach.ts';
import { isObject } from './shape-reader.ts';

// Kinds that Kubernetes' own table lacks come as they were written: what has another type than theirs counts as absent.

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function integerOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

/** TCP where nothing is said; undefined for what is no protocol. */
export function protocolOf(value: unknown): Protocol | undefined {
  if (value === undefined || value === '') return 'TCP';
  return value === 'TCP' || value === 'UDP' || value === 'SCTP' ? value : undefined;
}
