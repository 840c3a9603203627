import { z } from 'zod';

// The page's policy forbids code from strings; zod would probe for it, which the browser reports as a violation.
z.config({ jitless: true });
