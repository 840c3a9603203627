import '../shared/rpc/jitless.ts';
import './styles/index.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { connectToMain } from './app/connect.ts';

const root = document.querySelector('#root');
if (root !== null) createRoot(root).render(<App connection={connectToMain(window)} />);
