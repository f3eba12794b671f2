import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeModel } from '@thinkbits/inference';
import { shippedModels } from '@thinkbits/model-tiny-reasoner';
import { planQuantization } from '@thinkbits/quantize';
import { validate } from '@thinkbits/validation';
import { describe, expect, it } from 'vitest';
import { resolvePipeline } from '../resolve/quantizer.js';
import { type StudyFile, studySchema } from './study-file.js';
import { studyRuns } from './study-runs.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const files = [
  'quickstart/study.json',
  'quickstart/smoke.json',
  'paper-on-a-tiny-model/study.json',
];

describe.each(files)('examples/%s', (file) => {
  it('is a study whose every recipe plans for its models without an error', async () => {
    const content = JSON.parse(readFileSync(`${root}examples/${file}`, 'utf8'));
    const study = validate<StudyFile>(studySchema, content, file, { code: 'study/invalid' });
    for (const { model, recipe } of await studyRuns(study, root)) {
      const directory = shippedModels.find(({ name }) => name === model)?.directory;
      const config = JSON.parse(readFileSync(`${directory}/config.json`, 'utf8'));
      const pipeline = await resolvePipeline(recipe.recipe, root);
      const plan = planQuantization(describeModel(config, model), recipe.recipe, pipeline);
      const errors = plan.issues.filter(({ severity }) => severity === 'error');
      expect(errors, recipe.name).toEqual([]);
    }
  });
});
