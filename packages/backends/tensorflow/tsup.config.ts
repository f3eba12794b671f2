import { library } from '@thinkbits-internal/tools/tsup';

export default library({ entry: ['src/index.ts', 'src/setup/index.ts'] });
