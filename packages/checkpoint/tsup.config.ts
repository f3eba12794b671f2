import { library } from '@thinkbits-internal/tools/tsup';

export default library({ entry: { index: 'src/index.ts', 'node/index': 'src/node/index.ts' } });
