import Uppy, { type Body } from '@uppy/core';
import { type PhotoFile, type PhotoMeta, uploadToPhotoform } from '../../examples/uppy.ts';

const find = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const { api = '', token = '' } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

const uppy = new Uppy<PhotoMeta, Body>({ id: 'photos' });
uploadToPhotoform(uppy, { api, token: () => token, metadata: ({ meta }) => ({ title: String(meta.title) }) });

function lineOf(file: PhotoFile): HTMLElement {
  const { name, error, progress } = file;
  const line = document.createElement('li');
  line.dataset.state = error ? 'failed' : progress.complete ? 'ready' : progress.uploadStarted ? 'uploading' : 'waiting';
  line.textContent = `${name}: ${error ?? line.dataset.state}`;
  const bar = document.createElement('progress');
  bar.value = progress.percentage ?? 0;
  bar.max = 100;
  line.append(bar);
  return line;
}

uppy.on('state-update', () => find('list').replaceChildren(...uppy.getFiles().map(lineOf)));
uppy.on('s3-multipart:part-uploaded', (_file, { PartNumber }) => {
  document.body.dataset.part = String(PartNumber);
});
uppy.on('complete', ({ successful = [], failed = [] }) => {
  const outcome = {
    ready: successful.map(({ response }) => response?.body),
    failed: failed.map(({ name, error }) => ({ name, error })),
  };
  find('outcome').textContent = JSON.stringify(outcome, null, 2);
});

find<HTMLInputElement>('files').onchange = ({ target }) => {
  for (const data of (target as HTMLInputElement).files ?? []) uppy.addFile({ name: data.name, type: data.type, data });
};
find('upload').onclick = () => {
  uppy.setMeta({ title: find<HTMLInputElement>('title').value });
  uppy.upload();
};
find('retry').onclick = () => {
  find('outcome').textContent = '';
  uppy.retryAll();
};
find('cancel').onclick = () => uppy.cancelAll();
