import { isObject } from '../../kube/shape-reader.ts';
import { oneLine } from '../manifests/reasons.ts';
import type { Refusal } from './connect.ts';
import { parsed } from './json-answer.ts';
import type { Answer } from './requests.ts';

/** An answer that is not what was asked for. */
export type NoAnswer = Exclude<Answer, { readonly type: 'ok' }>;

/** Why something was not read; a refusal ends the scan, because nothing else can be read either. */
export function whyNot(answer: NoAnswer): string | Refusal {
  if (answer.type === 'too large') return 'an object alone is larger than a page may be';
  if (answer.type === 'failed')
    return answer.cause === 'silence' ? `${answer.reason}; --timeout and --request-timeout allow more` : answer.reason;
  if (answer.status === 401) return refusal(answer);
  // The next command that the report names is --print-rbac.
  if (answer.status === 403) return 'the user has no permission';
  if (answer.status === 404) return 'the API server serves it no longer (404); scan again';
  if (answer.status === 429) return `the API server is overloaded (429${saying(answer.body)}); scan later, or slower with --qps`;
  return `the API server answers ${answer.status}${saying(answer.body)}`;
}

/** Nothing can be asked of this server. */
export function refusal(answer: NoAnswer): Refusal {
  if (answer.type === 'refused' && answer.status === 401)
    return { refused: ['the API server does not accept the credentials (401)', 'log in anew, or name another context with --context'] };
  if (answer.type === 'refused' && answer.status === 403)
    return {
      refused: [
        `the API server tells this user nothing (403)${saying(answer.body)}`,
        'plimsoll scan --cluster --print-rbac shows what it takes',
      ],
    };
  const why = whyNot(answer);
  return {
    refused: [`the API server cannot be asked: ${typeof why === 'string' ? why : ''}`, 'try kubectl version with the same context'],
  };
}

/** The message of a Status, which the API server sends where it refuses. */
function saying(body: Buffer): string {
  const status = parsed(body);
  const message = isObject(status) ? status['message'] : undefined;
  return typeof message === 'string' && message !== '' ? `: ${oneLine(message)}` : '';
}
