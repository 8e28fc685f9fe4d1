export * from './control.ts';
export * from './edit.ts';
export * from './params.ts';
export * from './path.ts';
export * from './report.ts';
export * from './resource.ts';
export * from './subject.ts';
export * from './verdict.ts';
