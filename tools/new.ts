import { main } from './new-control.ts';

main(process.argv.slice(2));
