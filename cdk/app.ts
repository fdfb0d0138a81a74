import { holdToRules } from './rules.ts';
import { addService, newApp } from './service.ts';
import { readStage } from './settings.ts';
import { STAGES } from './stages.ts';

const app = newApp();
// `-c stage=dev`; the first of them when none is named
const name = String(app.node.tryGetContext('stage') ?? Object.keys(STAGES)[0]);
addService(app, readStage(name, STAGES[name]));
holdToRules(app);
app.synth();
