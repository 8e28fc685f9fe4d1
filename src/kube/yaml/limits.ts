/** How deep maps and lists may nest. Go's readers allow 10,000; no Kubernetes schema comes near either figure. */
export const depthLimit = 1000;

/** How long one document may be, in UTF-16 code units. An API server takes 3 MB in a request. */
export const documentLimit: number = 64 * 1024 * 1024;

export const tooDeep: string = `maps and lists are nested deeper than ${depthLimit} levels`;

export const tooLong: string = `the document is longer than ${documentLimit} characters`;
