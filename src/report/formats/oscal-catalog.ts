import type { Report } from '../../core/index.ts';
import { chapters, findErratum, type Chapter, type Recommendation } from '../../guidance/index.ts';
import { stringified } from '../json.ts';
import { catalogUuid, controlId, listOf, metadata, objectiveId, properties, uuidOf } from '../oscal/oscal-parts.ts';
import type { FormatOptions } from './index.ts';

/**
 * The guide as an OSCAL 1.1.2 catalogue: a group for each chapter, a control for each recommendation. It says nothing of what
 * was scanned; the targets of the assessment results (oscal.ts) are objectives in it.
 */
export function* formatOscalCatalog({ tool }: Report, { time }: Pick<FormatOptions, 'time'>): Generator<string, void> {
  const guide = uuidOf('guide');
  const about = {
    ...metadata('Recommendations of the NSA/CISA Kubernetes Hardening Guidance', tool.version, time),
    remarks: 'In the words of Plimsoll, with what has changed in Kubernetes since.',
  };
  const resource = {
    uuid: guide,
    title: 'Kubernetes Hardening Guidance',
    citation: {
      text: 'National Security Agency, Cybersecurity and Infrastructure Security Agency: Kubernetes Hardening Guide. Version 1.2, August 2022.',
    },
    rlinks: [
      {
        href: 'https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF',
        'media-type': 'application/pdf',
      },
    ],
  };
  yield `{"catalog":{"uuid":"${catalogUuid(tool.version)}","metadata":${stringified(about)},\n"groups":[`;
  for (const [index, chapter] of chapters.entries()) yield `${index === 0 ? '' : ','}\n${stringified(groupOf(chapter, guide))}`;
  yield `],\n"back-matter":${stringified({ resources: [resource] })}}}\n`;
}

function groupOf({ code, title, section, recommendations }: Chapter, guide: string): object {
  return {
    id: code.toLowerCase(),
    class: 'chapter',
    title,
    props: [{ name: 'label', value: code }, ...properties({ section })],
    controls: recommendations.map((recommendation) => controlOf(recommendation, guide)),
  };
}

function controlOf(recommendation: Recommendation, guide: string): object {
  const { code, title, reference, origin, asks, today, remedy, evidence, errata = [], mappings = {} } = recommendation;
  const id = controlId(code);
  const mapped = (name: string, values: readonly string[] = []): object[] => values.flatMap((value) => properties({ [name]: value }));
  const part = (name: string, suffix: string, text: string): object[] =>
    text === '' ? [] : [{ id: `${id}_${suffix}`, name, prose: text }];
  const corrections = errata.flatMap((number) => {
    const erratum = findErratum(number);
    return erratum === undefined ? [] : [`${erratum.place}: ${erratum.defect} Instead: ${erratum.instead}`];
  });
  return {
    id,
    class: 'recommendation',
    title,
    props: [
      { name: 'label', value: code },
      { name: 'sort-id', value: id },
      ...properties({ reference, origin }),
      ...mapped('evidence', evidence),
      ...mapped('cis', mappings.cis),
      ...mapped('attack', mappings.attack),
      ...properties({ 'pod-security-standard': mappings.pss }),
    ],
    links: [{ href: `#${guide}`, rel: 'reference' }],
    ...listOf('parts', [
      ...part('statement', 'smt', asks),
      ...part('guidance', 'gdn', [today, remedy, ...corrections].filter((text) => text !== '').join('\n\n')),
      { id: objectiveId(code), name: 'assessment-objective', prose: asks },
    ]),
  };
}
